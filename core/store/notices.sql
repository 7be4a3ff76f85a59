-- What somebody was told of by [notify] command: whoever adds the row first starts the program.
create table notice(
    kind text not null,
    id text not null,
    event text not null,     -- ended, waiting, red
    since integer not null,  -- when it began to be so: a second end is another event
    actor text not null,
    claimed integer not null,
    primary key (kind, id, event, since)
) strict, without rowid;
