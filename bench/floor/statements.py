"""The statements of the bare endpoint, and the tables that they read: copies of RunIndex's rows, with their indexes."""

# ruff: noqa: S608 - of constants

from typing import Final

_INSTANT: Final = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""
_RUN: Final = f"""json_build_object('id', id, 'name', name, 'status', status, 'version', version,
    'createdAt', to_char(created_at at time zone 'utc', {_INSTANT}),
    'updatedAt', to_char(updated_at at time zone 'utc', {_INSTANT}), 'error', error, 'tags', tags)"""
POSTGRES_TABLES: Final = """
    create schema bare;
    create table bare.runs as select id, name, status, version, to_timestamp(created_at / 1e6) as created_at,
        to_timestamp(updated_at / 1e6) as updated_at, error,
        array(select jsonb_array_elements_text(tags::jsonb)) as tags from runs where status <> 'ARCHIVED';
    alter table bare.runs add primary key (id);
    create index on bare.runs (created_at, id);
    create index on bare.runs using gin (tags);
    create table bare.changes (number bigint generated always as identity primary key, run_id text, status text,
        at timestamptz default now());
    analyze bare.runs;
"""
POSTGRES: Final = {
    "list": f"""select json_build_object('data', json_build_object('runs', json_build_object('nodes',
        coalesce(json_agg({_RUN}), '[]'))))::text
        from (select * from bare.runs order by created_at desc, id desc limit 100) as r""",
    "rare": f"""select json_build_object('data', json_build_object('runs', json_build_object('nodes',
        coalesce(json_agg({_RUN}), '[]'))))::text
        from (select * from bare.runs where tags @> array[$1]::text[] and status = $2
              order by created_at desc, id desc limit 20) as r""",
    "one": f"""select json_build_object('data', json_build_object('run', {_RUN}))::text from bare.runs where id = $1""",
    "counts": """select json_build_object('data', json_build_object('runCounts',
        json_agg(json_build_object('key', status, 'count', n))))::text
        from (select status, count(*) as n from bare.runs group by status) as c""",
    "transition": """with old as (select id, status from bare.runs where id = $1 for update),
        done as (update bare.runs as r set status = $2, version = version + 1, updated_at = now() from old
                 where r.id = old.id and old.status <> $2 returning r.id, r.status, r.version),
        noted as (insert into bare.changes (run_id, status) select id, status from done)
        select json_build_object('data', json_build_object('transitionRun', json_build_object('run',
            json_build_object('id', id, 'status', status, 'version', version))))::text from done""",
}
_SQLITE_INSTANT: Final = "strftime('%Y-%m-%dT%H:%M:%S.000000Z', {} / 1000000, 'unixepoch')"
_SQLITE_RUN: Final = f"""json_object('id', id, 'name', name, 'status', status, 'version', version,
    'createdAt', {_SQLITE_INSTANT.format("created_at")}, 'updatedAt', {_SQLITE_INSTANT.format("updated_at")},
    'error', error, 'tags', json(tags))"""
SQLITE_TABLES: Final = """
    pragma bare.journal_mode = wal;
    create table bare.runs (id text primary key, name text, status text, version integer, created_at integer,
        updated_at integer, error text, tags text) without rowid;
    insert into bare.runs select id, name, status, version, created_at, updated_at, error, tags from main.runs
        where status <> 'ARCHIVED';
    create index bare.runs_created_at on runs (created_at, id);
    create table bare.run_tags (tag text, created_at integer, run_id text, primary key (tag, created_at, run_id))
        without rowid;
    insert into bare.run_tags select tag, created_at, run_id from main.run_tags;
    create table bare.changes (number integer primary key, run_id text, status text);
    analyze bare;
"""
SQLITE: Final = {
    "list": f"""select json_object('data', json_object('runs', json_object('nodes', json_group_array({_SQLITE_RUN}))))
        from (select * from runs order by created_at desc, id desc limit 100)""",
    "rare": f"""select json_object('data', json_object('runs', json_object('nodes', json_group_array({_SQLITE_RUN}))))
        from (select r.* from run_tags as t join runs as r on r.id = t.run_id where t.tag = ? and r.status = ?
              order by t.created_at desc, t.run_id desc limit 20)""",
    "one": f"select json_object('data', json_object('run', {_SQLITE_RUN})) from runs where id = ?",
    "counts": """select json_object('data', json_object('runCounts',
        json_group_array(json_object('key', status, 'count', n))))
        from (select status, count(*) as n from runs group by status)""",
    "transition": """update runs set status = ?2, version = version + 1, updated_at = unixepoch() * 1000000
        where id = ?1 and status <> ?2
        returning json_object('data', json_object('transitionRun', json_object('run',
            json_object('id', id, 'status', status, 'version', version))))""",
}
NOTE: Final = "insert into changes (run_id, status) values (?, ?)"
