-- What steps read whose events did not tell it yet: taken from what their cache keys were made of, when
-- the table is made and when it is made anew from the events.
insert or ignore into dataset_use(execution, step, input, uri, name, digest, time)
    select execution, step, input, uri,
        replace(uri, rtrim(uri, replace(uri, '/', '')), ''), substr(digest, 8), time
    from (select s.execution as execution, s.name as step, s.started as time,
            coalesce(a.value->>'$.ChannelName', a.value->>'$.InputName') as input,
            rtrim(coalesce(a.value->>'$.DataSource.S3DataSource.S3Uri',
                a.value->>'$.S3Input.S3Uri'), '/') as uri,
            coalesce(d.value->>'$.DataSource.S3DataSource.S3Uri',
                d.value->>'$.S3Input.S3Uri') as digest
        from step s
        join json_each(coalesce(s.arguments->'$.InputDataConfig',
            s.arguments->'$.ProcessingInputs', '[]')) a
        join json_each(coalesce(s.cache_attributes->'$.InputDataConfig',
            s.cache_attributes->'$.ProcessingInputs', '[]')) d on d.key=a.key
        where not exists (select 1 from event v where v.execution=s.execution
            and v.type='StepStarted' and v.json->>'$.step'=s.name
            and v.json->'$.inputs' is not null))
    where input is not null and uri is not null and digest like 'sha256:%' and time is not null;
