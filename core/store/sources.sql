-- Runs of files and servers beside local ones: ids are unique in their source alone, some have no
-- times or no status, and times go to the microsecond.
create table run_new(
    id integer primary key,
    uid text not null,
    source integer not null references source(id),
    slot integer not null, -- dense per source: the place in every metric column
    experiment integer not null references experiment(id),
    name text not null,
    status text, -- the source's own word; null: it has none
    started integer not null, -- ms since 1970; the smallest integer: not known
    ended integer,
    started_us integer not null default 0, -- what ms do not hold: 0 to 999
    ended_us integer not null default 0,
    parent text, -- uid of a run of the same source, which need not be there
    deleted integer not null default 0, -- 1: in the source's bin, 2: gone from the source
    unique (source, slot)
) strict;
insert into run_new(id, uid, source, slot, experiment, name, status, started, ended)
    select id, uid, source, slot, experiment, name, status, started, ended from run;
drop table run;
alter table run_new rename to run;
create unique index run_by_uid on run(uid, source);
create index run_by_start on run(started desc, id desc);
create index run_by_experiment on run(experiment, started desc, id desc);
-- Points of a chunk have their step as i64 (1) or, as they once had, as f64 (0).
alter table series add column has_whole_steps integer not null default 0;
