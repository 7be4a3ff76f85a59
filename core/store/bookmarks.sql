-- Views that were kept under a name: the palette line that leads to one again.
create table bookmark(
    name text primary key,
    line text not null,
    actor text not null,
    created integer not null
) strict;
