-- Runs and what was logged about them. Applied to local.db and to the cache alike.
create table source(
    id integer primary key,
    name text not null unique
) strict;
create table experiment(
    id integer primary key,
    source integer not null references source(id),
    name text not null,
    created integer not null,
    unique (source, name)
) strict;
-- Narrow on purpose: a list of a million runs reads this table alone.
create table run(
    id integer primary key,
    uid text not null unique,
    source integer not null references source(id),
    slot integer not null, -- dense per source: the place in every metric column
    experiment integer not null references experiment(id),
    name text not null,
    status text not null,
    started integer not null, -- ms since 1970
    ended integer,
    unique (source, slot)
) strict;
create index run_by_start on run(started desc, id desc);
create index run_by_experiment on run(experiment, started desc, id desc);
-- JSON, read for the runs on the screen or named in a filter.
create table run_doc(
    run integer primary key references run(id),
    params text not null default '{}',
    tags text not null default '{}',
    inputs text not null default '[]',
    outputs text not null default '[]'
) strict;
create table metric_key(
    id integer primary key,
    key text not null unique
) strict;
-- The latest value of a metric for 4096 slots: 4096 f64, or pairs of (u32 slot, f64) while sparse.
create table mcol(
    source integer not null,
    key integer not null references metric_key(id),
    block integer not null,
    data blob not null,
    primary key (source, key, block)
) strict;
-- A curve in chunks of 512 points of three f64 (step, time in ms, value).
create table series(
    run integer not null references run(id),
    key integer not null references metric_key(id),
    chunk integer not null,
    n integer not null,
    vmin real,
    vmax real,
    data blob not null,
    primary key (run, key, chunk)
) strict, without rowid;
