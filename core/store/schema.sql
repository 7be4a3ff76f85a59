-- The truth of a workspace. The state columns of execution, step and attempt are a projection of
-- the event table (events.def); nothing else writes them.
create table execution(
    id text primary key,
    pipeline text not null,
    status text not null,
    started integer not null,
    ended integer,
    actor text not null,
    file text not null,        -- where the definition was read from
    definition text not null,  -- the document as it was at the start
    parameters text not null,  -- resolved, JSON
    options text not null,     -- parallel, retry_on_exit, sandbox …, JSON
    failure text,
    epoch integer not null default 0
) strict;
create index execution_by_start on execution(started desc, id desc);
create index execution_by_pipeline on execution(pipeline, started desc);
create table step(
    execution text not null references execution(id),
    name text not null,
    idx integer not null, -- topological order
    type text not null,
    depends_on text not null, -- JSON array of names
    status text not null default 'waiting',
    started integer,
    ended integer,
    attempts integer not null default 0,
    why text,          -- what it waits for; why it ran or was not run
    arguments text,    -- resolved, JSON
    output text,       -- its Describe document, JSON
    failure text,
    outcome text,      -- Condition: True or False
    cache_key text,
    cache_attributes text, -- attribute → digest, JSON
    cache_miss text,       -- the attribute that differed
    cache_source text,     -- the execution whose result was taken
    run text,
    gate text,
    log_offset integer not null default 0, -- metrics are read from the log up to here
    primary key (execution, name)
) strict, without rowid;
create index step_by_cache on step(name, cache_key) where cache_key is not null;
create table attempt(
    execution text not null,
    step text not null,
    n integer not null,
    token text not null unique,
    status text not null,
    exit_code integer,
    signal integer,
    started integer not null,
    ended integer,
    shim_pid integer,
    job_pid integer,
    dir text not null,
    failure text,
    primary key (execution, step, n)
) strict, without rowid;
create table progress(
    execution text not null,
    step text not null,
    text text not null,
    fraction real not null,
    primary key (execution, step)
) strict, without rowid;
create table event(
    execution text not null,
    seq integer not null,
    time integer not null,
    type text not null,
    actor text not null,
    json text not null,
    primary key (execution, seq)
) strict, without rowid;
create table gate(
    token text primary key,
    kind text not null,
    execution text not null,
    step text not null,
    subject text not null,
    digest text,
    state text not null default 'Waiting',
    reason text,
    outputs text,
    actor text,
    created integer not null,
    decided integer
) strict;
create table request(
    id integer primary key,
    execution text not null,
    kind text not null,
    actor text not null,
    created integer not null
) strict;
create table journal(
    id integer primary key,
    created integer not null,
    actor text not null,
    action text not null,
    object text not null,
    reason text,
    status text not null,
    outcome text
) strict;
create table model(
    name text primary key,
    created integer not null
) strict;
create table package(
    model text not null references model(name),
    version integer not null,
    created integer not null,
    approval text not null, -- as registered; a gate's decision stands above it
    execution text not null,
    step text not null,
    run text,
    artifact text,
    digest text,
    image text,
    metrics text not null default '{}',
    document text not null default '{}',
    token text,
    primary key (model, version)
) strict, without rowid;
create unique index package_by_step on package(execution, step);
create table ack(
    object text primary key, -- kind:id
    state text not null,     -- hidden until its state is another (of what ended: with the time)
    reason text not null,
    actor text not null,
    created integer not null
) strict;
