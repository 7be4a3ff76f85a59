-- What steps read, by digest: a projection of the events, as step is (and dataset_uses.sql).
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
-- What was found in data, by its digest: made once, may be deleted.
create table dataset_profile(
    digest text primary key,
    rows integer,        -- null: it is no table
    json text not null,
    created integer not null
) strict;
