-- What belongs to a person, whatever the workspace: user.db, never dropped.
create table bookmark(
    workspace text not null, -- its folder
    name text not null,
    line text not null,      -- the palette line that leads to the view
    actor text not null,
    created integer not null,
    primary key (workspace, name)
) strict, without rowid;
-- Workspaces whose local.db kept bookmarks once: they were taken over.
create table adopted(
    workspace text primary key
) strict, without rowid;
