-- What steps read, by digest: a projection of the events, as step is. Steps that were cached before
-- this table was there are taken over from what their cache keys were made of.
create table dataset_use(
    execution text not null,
    step text not null,
    input text not null, -- the channel's or input's name
    uri text not null,
    name text not null, -- the last segment of uri
    digest text not null,
    size integer,
    time integer not null,
    primary key (execution, step, input)
) strict, without rowid;
create index dataset_use_by_name on dataset_use(name, digest, time desc);
-- Inputs that are data: neither a job's code nor a model.
create view dataset_input as select * from dataset_use where input not in ('code', 'entrypoint')
    and name not in ('model.tar.gz', 'sourcedir.tar.gz')
    and lower(name) not like '%.py' and lower(name) not like '%.sh'
    and lower(name) not like '%.ipynb' and lower(name) not like '%.r';
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
            s.cache_attributes->'$.ProcessingInputs', '[]')) d on d.key=a.key)
    where input is not null and uri is not null and digest like 'sha256:%' and time is not null;
-- What was found in data, by its digest: made once, may be deleted.
create table dataset_profile(
    digest text primary key,
    rows integer,        -- null: it is no table
    json text not null,
    created integer not null
) strict;
