-- What the cache alone has: how far each source was read, and what of it could not be.
create table source_state(
    source integer primary key references source(id),
    reader text not null,
    state text,
    commits integer not null default 0,
    used integer not null -- ms since 1970
) strict;
create table source_piece(
    source integer not null references source(id),
    piece text not null,
    state text not null,
    primary key (source, piece)
) strict, without rowid;
create table source_damage(
    source integer not null references source(id),
    file text not null,
    offset integer not null,
    reason text not null,
    primary key (source, file, offset)
) strict, without rowid;
create index run_by_source on run(source, started desc, id desc);
