-- Views that were kept under a name. user.sql has them now; what was kept here is taken over from it.
create table bookmark(
    name text primary key,
    line text not null,
    actor text not null,
    created integer not null
) strict;
