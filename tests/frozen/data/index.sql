






CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);



CREATE TABLE public.cells (
    owner bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    updated_at bigint NOT NULL
);



CREATE TABLE public.changes (
    shard smallint NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    run_id text NOT NULL COLLATE pg_catalog."C",
    incarnation bigint NOT NULL,
    version integer NOT NULL,
    status text NOT NULL COLLATE pg_catalog."C",
    name text COLLATE pg_catalog."C",
    name_folded text COLLATE pg_catalog."C",
    tags text NOT NULL COLLATE pg_catalog."C",
    metadata text COLLATE pg_catalog."C",
    error text COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    started_at bigint,
    finished_at bigint,
    outcome text COLLATE pg_catalog."C",
    retention_kind text NOT NULL COLLATE pg_catalog."C",
    retention_value integer,
    parent_id text COLLATE pg_catalog."C",
    plan_id text COLLATE pg_catalog."C",
    dataset_id text COLLATE pg_catalog."C",
    dataset_version bigint,
    target_type text COLLATE pg_catalog."C",
    target_id text COLLATE pg_catalog."C",
    total_items integer,
    former_status text COLLATE pg_catalog."C",
    former_name text COLLATE pg_catalog."C",
    former_name_folded text COLLATE pg_catalog."C",
    former_tags text COLLATE pg_catalog."C",
    former_metadata text COLLATE pg_catalog."C",
    former_updated_at bigint,
    reason text COLLATE pg_catalog."C",
    actor text COLLATE pg_catalog."C",
    CONSTRAINT ck_changes_kind CHECK ((kind = ANY (ARRAY['CREATED'::text, 'STARTED'::text, 'STATUS'::text, 'NAME'::text, 'METADATA'::text, 'TAGS'::text, 'RETENTION'::text, 'DELETED'::text])))
);



CREATE TABLE public.documents (
    owner bigint NOT NULL,
    key_name text NOT NULL COLLATE pg_catalog."C",
    content text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    updated_at bigint NOT NULL
);



CREATE TABLE public.events (
    owner bigint NOT NULL,
    sequence bigint NOT NULL,
    stream text NOT NULL COLLATE pg_catalog."C",
    payload text NOT NULL COLLATE pg_catalog."C",
    at bigint NOT NULL,
    hash text NOT NULL COLLATE pg_catalog."C"
);



CREATE TABLE public.feed_head (
    shard smallint NOT NULL,
    n bigint NOT NULL,
    floor bigint NOT NULL,
    epoch text NOT NULL COLLATE pg_catalog."C"
);



CREATE TABLE public.items (
    owner bigint NOT NULL,
    generation bigint NOT NULL,
    item_id text NOT NULL COLLATE pg_catalog."C",
    attempts bigint NOT NULL,
    succeeded bigint NOT NULL,
    last_retry bigint NOT NULL
);



CREATE TABLE public.jobs (
    id text NOT NULL COLLATE pg_catalog."C",
    queue text NOT NULL COLLATE pg_catalog."C",
    data text COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    priority bigint NOT NULL,
    attempts bigint NOT NULL,
    max_attempts bigint NOT NULL,
    run_at bigint NOT NULL,
    created_at bigint NOT NULL,
    started_at bigint,
    completed_at bigint,
    lease_expires_at bigint,
    error text COLLATE pg_catalog."C",
    run_id text COLLATE pg_catalog."C"
);



CREATE TABLE public.kept_answers (
    actor text NOT NULL COLLATE pg_catalog."C",
    mutation text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    fingerprint text NOT NULL COLLATE pg_catalog."C",
    answer text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL
);



CREATE TABLE public.plans (
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    name_folded text NOT NULL COLLATE pg_catalog."C",
    spec text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    version bigint NOT NULL
);



CREATE TABLE public.receipt_heads (
    runtime_id text NOT NULL COLLATE pg_catalog."C",
    owner bigint NOT NULL,
    sequence bigint NOT NULL
);



CREATE TABLE public.receipts (
    runtime_id text NOT NULL COLLATE pg_catalog."C",
    owner bigint NOT NULL,
    sequence bigint NOT NULL,
    run_id text NOT NULL COLLATE pg_catalog."C",
    boundary text NOT NULL COLLATE pg_catalog."C",
    contributing_input_ids text NOT NULL COLLATE pg_catalog."C",
    conversation_digest text COLLATE pg_catalog."C",
    message_count bigint NOT NULL,
    created_at bigint NOT NULL
);



CREATE TABLE public.remains (
    owner bigint NOT NULL,
    generation bigint NOT NULL
);



CREATE TABLE public.results (
    owner bigint NOT NULL,
    generation bigint NOT NULL,
    item_id text NOT NULL COLLATE pg_catalog."C",
    retry_count bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    run_id text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL,
    item_version bigint,
    input text COLLATE pg_catalog."C",
    output text COLLATE pg_catalog."C",
    expected_output text COLLATE pg_catalog."C",
    latency double precision NOT NULL,
    error text COLLATE pg_catalog."C",
    started_at bigint NOT NULL,
    completed_at bigint NOT NULL,
    created_at bigint NOT NULL,
    scores text NOT NULL COLLATE pg_catalog."C"
);



CREATE TABLE public.run_tags (
    tag text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    run_id text NOT NULL COLLATE pg_catalog."C"
);



CREATE TABLE public.run_values (
    owner bigint NOT NULL,
    key_name text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    updated_at bigint NOT NULL,
    deleted bigint NOT NULL
);



CREATE TABLE public.runs (
    id text NOT NULL COLLATE pg_catalog."C",
    incarnation bigint NOT NULL,
    version integer NOT NULL,
    status text NOT NULL COLLATE pg_catalog."C",
    name text COLLATE pg_catalog."C",
    name_folded text COLLATE pg_catalog."C",
    tags text NOT NULL COLLATE pg_catalog."C",
    metadata text COLLATE pg_catalog."C",
    error text COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    started_at bigint,
    finished_at bigint,
    outcome text COLLATE pg_catalog."C",
    retention_kind text NOT NULL COLLATE pg_catalog."C",
    retention_value integer,
    parent_id text COLLATE pg_catalog."C",
    plan_id text COLLATE pg_catalog."C",
    dataset_id text COLLATE pg_catalog."C",
    dataset_version bigint,
    target_type text COLLATE pg_catalog."C",
    target_id text COLLATE pg_catalog."C",
    total_items integer,
    search_text text NOT NULL COLLATE pg_catalog."C",
    search_words integer NOT NULL,
    CONSTRAINT ck_runs_retention_kind CHECK ((retention_kind = ANY (ARRAY['KEEP_ALL'::text, 'KEEP_LATEST'::text, 'KEEP_DURATION'::text]))),
    CONSTRAINT ck_runs_status CHECK ((status = ANY (ARRAY['ACTIVE'::text, 'PAUSED'::text, 'COMPLETED'::text, 'FAILED'::text, 'CANCELLED'::text, 'ARCHIVED'::text])))
);



CREATE TABLE public.runtime_inputs (
    runtime_id text NOT NULL COLLATE pg_catalog."C",
    input_id text NOT NULL COLLATE pg_catalog."C",
    "position" bigint NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    durability text COLLATE pg_catalog."C",
    idempotency_key text COLLATE pg_catalog."C",
    attempt_count bigint NOT NULL,
    recovery_count bigint NOT NULL,
    detail text COLLATE pg_catalog."C",
    last_run_id text COLLATE pg_catalog."C",
    last_boundary_sequence bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);



CREATE TABLE public.runtimes (
    runtime_id text NOT NULL COLLATE pg_catalog."C",
    state text COLLATE pg_catalog."C",
    snapshot bytea,
    inputs bigint NOT NULL
);



CREATE TABLE public.status_counts (
    status text NOT NULL COLLATE pg_catalog."C",
    n bigint NOT NULL
);



CREATE TABLE public.tag_counts (
    tag text NOT NULL COLLATE pg_catalog."C",
    n bigint NOT NULL
);



CREATE TABLE public.totals (
    owner bigint NOT NULL,
    run_id text NOT NULL COLLATE pg_catalog."C",
    generation bigint NOT NULL,
    result_count bigint NOT NULL,
    result_seq bigint NOT NULL,
    item_count bigint NOT NULL,
    succeeded bigint NOT NULL,
    failed bigint NOT NULL,
    event_seq bigint NOT NULL,
    event_hash text NOT NULL COLLATE pg_catalog."C",
    event_floor bigint NOT NULL,
    floor_hash text NOT NULL COLLATE pg_catalog."C",
    value_count bigint NOT NULL,
    cell_count bigint NOT NULL,
    document_count bigint NOT NULL,
    receipt_count bigint NOT NULL
);



CREATE SEQUENCE public.totals_owner_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;



ALTER SEQUENCE public.totals_owner_seq OWNED BY public.totals.owner;



CREATE TABLE public.value_versions (
    owner bigint NOT NULL,
    key_name text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    value text NOT NULL COLLATE pg_catalog."C",
    deleted bigint NOT NULL,
    at bigint NOT NULL
);



ALTER TABLE ONLY public.totals ALTER COLUMN owner SET DEFAULT nextval('public.totals_owner_seq'::regclass);



INSERT INTO public.alembic_version VALUES
	('0002');



INSERT INTO public.cells VALUES
	(5, 'c', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', 2, 4102747203000000),
	(6, 'c', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', 2, 4102747205000000),
	(18, 'c', '{"cell":[0.1]}', 1, 4102747218250000),
	(18, 'nothing', 'null', 1, 4102747218500000),
	(59, 'c', '1', 1, 4102747238000000);



INSERT INTO public.changes VALUES
	(0, 1, 'CREATED', 'default', 1, 1, 'ACTIVE', NULL, NULL, '[]', NULL, NULL, 4102747140000000, 4102747140000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 2, 'CREATED', '00000000-0000-0000-0000-0000000000a0', 2, 1, 'ACTIVE', NULL, NULL, '[]', NULL, NULL, 4102747200000000, 4102747200000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 3, 'STARTED', '00000000-0000-0000-0000-0000000000a0', 2, 2, 'ACTIVE', NULL, NULL, '[]', NULL, NULL, 4102747200000000, 4102747200000000, 4102747200000000, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747200000000, NULL, NULL),
	(0, 4, 'DELETED', '00000000-0000-0000-0000-0000000000a0', 2, 3, 'ACTIVE', NULL, NULL, '[]', NULL, NULL, 4102747200000000, 4102747200000000, 4102747200000000, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747200000000, NULL, NULL),
	(0, 5, 'CREATED', '00000000-0000-0000-0000-0000000000a0', 5, 1, 'ACTIVE', 'Ärger 🛷', 'ärger 🛷', '["a","ü","env:test"]', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', NULL, 4102747201000000, 4102747201000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, 'questions', 0, 'AGENT', 'agent-1', 4, NULL, NULL, NULL, NULL, NULL, NULL, 'why', NULL),
	(0, 6, 'CREATED', '00000000-0000-0000-0000-0000000000a1', 6, 1, 'ACTIVE', NULL, NULL, '["a"]', NULL, NULL, 4102747201000000, 4102747201000000, NULL, NULL, NULL, 'KEEP_LATEST', 2, '00000000-0000-0000-0000-0000000000a0', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 7, 'CREATED', '00000000-0000-0000-0000-0000000000a2', 7, 1, 'ACTIVE', NULL, NULL, '[]', NULL, NULL, 4102747201000000, 4102747201000000, NULL, NULL, NULL, 'KEEP_DURATION', 60, '00000000-0000-0000-0000-0000000000a1', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 8, 'CREATED', '00000000-0000-0000-0000-0000000000a3', 8, 1, 'ACTIVE', NULL, NULL, '[]', NULL, NULL, 4102747201000000, 4102747201000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000a2', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'somebody'),
	(0, 9, 'STARTED', '00000000-0000-0000-0000-0000000000a0', 5, 2, 'ACTIVE', 'Ärger 🛷', 'ärger 🛷', '["a","ü","env:test"]', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', NULL, 4102747201000000, 4102747202000000, 4102747202000000, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, 'questions', 0, 'AGENT', 'agent-1', 4, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747201000000, NULL, NULL),
	(0, 10, 'STARTED', '00000000-0000-0000-0000-0000000000a1', 6, 2, 'ACTIVE', NULL, NULL, '["a"]', NULL, NULL, 4102747201000000, 4102747204000000, 4102747204000000, NULL, NULL, 'KEEP_LATEST', 2, '00000000-0000-0000-0000-0000000000a0', NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747201000000, NULL, NULL),
	(0, 11, 'NAME', '00000000-0000-0000-0000-0000000000a0', 5, 3, 'ACTIVE', 'renamed', 'renamed', '["a","ü","env:test"]', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', NULL, 4102747201000000, 4102747206000000, 4102747202000000, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, 'questions', 0, 'AGENT', 'agent-1', 4, 'ACTIVE', 'Ärger 🛷', 'ärger 🛷', NULL, NULL, 4102747202000000, NULL, NULL),
	(0, 12, 'NAME', '00000000-0000-0000-0000-0000000000a0', 5, 4, 'ACTIVE', NULL, NULL, '["a","ü","env:test"]', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', NULL, 4102747201000000, 4102747206000000, 4102747202000000, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, 'questions', 0, 'AGENT', 'agent-1', 4, 'ACTIVE', 'renamed', 'renamed', NULL, NULL, 4102747206000000, NULL, NULL),
	(0, 13, 'TAGS', '00000000-0000-0000-0000-0000000000a1', 6, 3, 'ACTIVE', NULL, NULL, '["a","late"]', NULL, NULL, 4102747201000000, 4102747206000000, 4102747204000000, NULL, NULL, 'KEEP_LATEST', 2, '00000000-0000-0000-0000-0000000000a0', NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, '["a"]', NULL, 4102747204000000, NULL, NULL),
	(0, 14, 'RETENTION', 'default', 1, 2, 'ACTIVE', NULL, NULL, '[]', NULL, NULL, 4102747140000000, 4102747206000000, NULL, NULL, NULL, 'KEEP_LATEST', 9, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747140000000, NULL, NULL),
	(0, 15, 'STATUS', '00000000-0000-0000-0000-0000000000a2', 7, 2, 'FAILED', NULL, NULL, '[]', NULL, 'out of paper', 4102747201000000, 4102747206000000, NULL, 4102747206000000, 'FAILED', 'KEEP_DURATION', 60, '00000000-0000-0000-0000-0000000000a1', NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747201000000, NULL, NULL),
	(0, 16, 'STATUS', '00000000-0000-0000-0000-0000000000a3', 8, 2, 'ARCHIVED', NULL, NULL, '[]', NULL, NULL, 4102747201000000, 4102747206000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000a2', NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747201000000, NULL, NULL),
	(0, 17, 'CREATED', '00000000-0000-0000-0000-000000004000', 17, 1, 'ACTIVE', NULL, NULL, '["planned"]', NULL, NULL, 4102747206000000, 4102747206000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, '00000000-0000-0000-0000-000000002000', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 18, 'CREATED', '00000000-0000-0000-0000-0000000000b0', 18, 1, 'ACTIVE', 'Frozen ❄', 'frozen ❄', '["frozen"]', '{"ä":[1,0.5,null]}', NULL, 4102747207250000, 4102747207250000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 19, 'CREATED', '00000000-0000-0000-0000-0000000000b1', 19, 1, 'ACTIVE', 'tree', 'tree', '[]', NULL, NULL, 4102747207500000, 4102747207500000, NULL, NULL, NULL, 'KEEP_DURATION', 3600, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'because', NULL),
	(0, 20, 'CREATED', '00000000-0000-0000-0000-000000004001', 20, 1, 'ACTIVE', 'without an id', 'without an id', '[]', NULL, NULL, 4102747207750000, 4102747207750000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 21, 'CREATED', '00000000-0000-0000-0000-000000004002', 21, 1, 'ACTIVE', 'child of a tree', 'child of a tree', '["a"]', '{}', NULL, 4102747208000000, 4102747208000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b1', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'why', NULL),
	(0, 22, 'CREATED', '00000000-0000-0000-0000-0000000000c0', 22, 1, 'ACTIVE', 'Frozen child 0', 'frozen child 0', '["frozen","even"]', '{"n":0,"kind":"child"}', NULL, 4102747208250000, 4102747208250000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 23, 'CREATED', '00000000-0000-0000-0000-0000000000c1', 23, 1, 'ACTIVE', 'Frozen child 1', 'frozen child 1', '["frozen","odd"]', '{"n":1,"kind":"child","deep":{"er":false}}', NULL, 4102747208500000, 4102747208500000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 24, 'CREATED', '00000000-0000-0000-0000-0000000000c2', 24, 1, 'ACTIVE', 'Frozen child 2', 'frozen child 2', '["frozen","even"]', '{"n":2,"kind":"child"}', NULL, 4102747208750000, 4102747208750000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 25, 'CREATED', '00000000-0000-0000-0000-0000000000c3', 25, 1, 'ACTIVE', 'Frozen child 3', 'frozen child 3', '["frozen","odd"]', '{"n":3,"kind":"child","deep":{"er":true}}', NULL, 4102747209000000, 4102747209000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 26, 'CREATED', '00000000-0000-0000-0000-0000000000c4', 26, 1, 'ACTIVE', 'Frozen child 4', 'frozen child 4', '["frozen","even"]', '{"n":4,"kind":"child"}', NULL, 4102747209250000, 4102747209250000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 27, 'CREATED', '00000000-0000-0000-0000-0000000000c5', 27, 1, 'ACTIVE', 'Frozen child 5', 'frozen child 5', '["frozen","odd"]', '{"n":5,"kind":"child","deep":{"er":false}}', NULL, 4102747209500000, 4102747209500000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 28, 'CREATED', '00000000-0000-0000-0000-0000000000c6', 28, 1, 'ACTIVE', 'Frozen child 6', 'frozen child 6', '["frozen","even"]', '{"n":6,"kind":"child"}', NULL, 4102747209750000, 4102747209750000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 29, 'STARTED', '00000000-0000-0000-0000-0000000000b0', 18, 2, 'ACTIVE', 'Frozen ❄', 'frozen ❄', '["frozen"]', '{"ä":[1,0.5,null]}', NULL, 4102747207250000, 4102747210000000, 4102747210000000, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747207250000, NULL, NULL),
	(0, 30, 'STATUS', '00000000-0000-0000-0000-0000000000c0', 22, 2, 'PAUSED', 'Frozen child 0', 'frozen child 0', '["frozen","even"]', '{"n":0,"kind":"child"}', NULL, 4102747208250000, 4102747210250000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747208250000, 'tired', NULL),
	(0, 31, 'STATUS', '00000000-0000-0000-0000-0000000000c0', 22, 3, 'ACTIVE', 'Frozen child 0', 'frozen child 0', '["frozen","even"]', '{"n":0,"kind":"child"}', NULL, 4102747208250000, 4102747210500000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, 'PAUSED', NULL, NULL, NULL, NULL, 4102747210250000, NULL, NULL),
	(0, 32, 'STATUS', '00000000-0000-0000-0000-0000000000c1', 23, 2, 'COMPLETED', 'Frozen child 1', 'frozen child 1', '["frozen","odd"]', '{"n":1,"kind":"child","deep":{"er":false}}', NULL, 4102747208500000, 4102747210750000, NULL, 4102747210750000, 'COMPLETED', 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747208500000, NULL, NULL),
	(0, 33, 'STATUS', '00000000-0000-0000-0000-0000000000c2', 24, 2, 'FAILED', 'Frozen child 2', 'frozen child 2', '["frozen","even"]', '{"n":2,"kind":"child"}', 'out of ice', 4102747208750000, 4102747211000000, NULL, 4102747211000000, 'FAILED', 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747208750000, NULL, NULL),
	(0, 34, 'STATUS', '00000000-0000-0000-0000-0000000000c3', 25, 2, 'CANCELLED', 'Frozen child 3', 'frozen child 3', '["frozen","odd"]', '{"n":3,"kind":"child","deep":{"er":true}}', NULL, 4102747209000000, 4102747211250000, NULL, 4102747211250000, 'CANCELLED', 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747209000000, NULL, NULL),
	(0, 35, 'STATUS', '00000000-0000-0000-0000-0000000000c4', 26, 2, 'FAILED', 'Frozen child 4', 'frozen child 4', '["frozen","even"]', '{"n":4,"kind":"child"}', 'melted', 4102747209250000, 4102747211500000, NULL, 4102747211500000, 'FAILED', 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747209250000, NULL, NULL),
	(0, 36, 'STATUS', '00000000-0000-0000-0000-0000000000c4', 26, 3, 'ARCHIVED', 'Frozen child 4', 'frozen child 4', '["frozen","even"]', '{"n":4,"kind":"child"}', 'melted', 4102747209250000, 4102747211750000, NULL, 4102747211500000, 'FAILED', 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, 'FAILED', NULL, NULL, NULL, NULL, 4102747211500000, NULL, NULL),
	(0, 37, 'NAME', '00000000-0000-0000-0000-0000000000b0', 18, 3, 'ACTIVE', 'Frozen', 'frozen', '["frozen"]', '{"ä":[1,0.5,null]}', NULL, 4102747207250000, 4102747212000000, 4102747210000000, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, 'ACTIVE', 'Frozen ❄', 'frozen ❄', NULL, NULL, 4102747210000000, NULL, NULL),
	(0, 38, 'NAME', '00000000-0000-0000-0000-0000000000b1', 19, 2, 'ACTIVE', NULL, NULL, '[]', NULL, NULL, 4102747207500000, 4102747212250000, NULL, NULL, NULL, 'KEEP_DURATION', 3600, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', 'tree', 'tree', NULL, NULL, 4102747207500000, NULL, NULL),
	(0, 39, 'METADATA', '00000000-0000-0000-0000-0000000000b1', 19, 3, 'ACTIVE', NULL, NULL, '[]', '{"a":{"b":1},"c":2}', NULL, 4102747207500000, 4102747212500000, NULL, NULL, NULL, 'KEEP_DURATION', 3600, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747212250000, NULL, NULL),
	(0, 40, 'METADATA', '00000000-0000-0000-0000-0000000000b1', 19, 4, 'ACTIVE', NULL, NULL, '[]', '{"a":{"b":1,"d":100000000000000000000}}', NULL, 4102747207500000, 4102747212750000, NULL, NULL, NULL, 'KEEP_DURATION', 3600, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, '{"a":{"b":1},"c":2}', 4102747212500000, NULL, NULL),
	(0, 41, 'METADATA', '00000000-0000-0000-0000-0000000000c0', 22, 4, 'ACTIVE', 'Frozen child 0', 'frozen child 0', '["frozen","even"]', NULL, NULL, 4102747208250000, 4102747213000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, '{"n":0,"kind":"child"}', 4102747210500000, NULL, NULL),
	(0, 42, 'TAGS', '00000000-0000-0000-0000-0000000000b0', 18, 4, 'ACTIVE', 'Frozen', 'frozen', '["frozen","one","two"]', '{"ä":[1,0.5,null]}', NULL, 4102747207250000, 4102747213250000, 4102747210000000, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, 'ACTIVE', NULL, NULL, '["frozen"]', NULL, 4102747212000000, NULL, NULL),
	(0, 43, 'TAGS', '00000000-0000-0000-0000-0000000000b0', 18, 5, 'ACTIVE', 'Frozen', 'frozen', '["frozen","one"]', '{"ä":[1,0.5,null]}', NULL, 4102747207250000, 4102747213500000, 4102747210000000, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, 'ACTIVE', NULL, NULL, '["frozen","one","two"]', NULL, 4102747213250000, NULL, NULL),
	(0, 44, 'RETENTION', '00000000-0000-0000-0000-0000000000b0', 18, 6, 'ACTIVE', 'Frozen', 'frozen', '["frozen","one"]', '{"ä":[1,0.5,null]}', NULL, 4102747207250000, 4102747213750000, 4102747210000000, NULL, NULL, 'KEEP_LATEST', 3, NULL, NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747213500000, NULL, NULL),
	(0, 45, 'RETENTION', '00000000-0000-0000-0000-0000000000c0', 22, 5, 'ACTIVE', 'Frozen child 0', 'frozen child 0', '["frozen","even"]', NULL, NULL, 4102747208250000, 4102747214000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747213000000, NULL, NULL),
	(0, 46, 'STARTED', '00000000-0000-0000-0000-0000000000b1', 19, 5, 'ACTIVE', NULL, NULL, '[]', '{"a":{"b":1,"d":100000000000000000000}}', NULL, 4102747207500000, 4102747216500000, 4102747216500000, NULL, NULL, 'KEEP_DURATION', 3600, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747212750000, NULL, NULL),
	(0, 47, 'CREATED', '00000000-0000-0000-0000-000000004003', 47, 1, 'ACTIVE', 'planned 0', 'planned 0', '["p"]', '{"n":0}', NULL, 4102747222000000, 4102747222000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, '00000000-0000-0000-0000-000000002002', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 48, 'CREATED', '00000000-0000-0000-0000-000000004004', 48, 1, 'ACTIVE', 'planned 1', 'planned 1', '["p"]', '{"n":1}', NULL, 4102747222250000, 4102747222250000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, '00000000-0000-0000-0000-000000002002', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 49, 'CREATED', '00000000-0000-0000-0000-000000004005', 49, 1, 'ACTIVE', 'planned 2', 'planned 2', '["p"]', '{"n":2}', NULL, 4102747222500000, 4102747222500000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, '00000000-0000-0000-0000-000000002002', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 50, 'CREATED', '00000000-0000-0000-0000-000000004006', 50, 1, 'ACTIVE', 'planned 3', 'planned 3', '["p"]', '{"n":3}', NULL, 4102747222750000, 4102747222750000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, '00000000-0000-0000-0000-000000002002', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 51, 'STATUS', '00000000-0000-0000-0000-0000000000c5', 27, 2, 'PAUSED', 'Frozen child 5', 'frozen child 5', '["frozen","odd"]', '{"n":5,"kind":"child","deep":{"er":false}}', NULL, 4102747209500000, 4102747227750000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747209500000, 'winter', NULL),
	(0, 52, 'STATUS', '00000000-0000-0000-0000-0000000000c6', 28, 2, 'FAILED', 'Frozen child 6', 'frozen child 6', '["frozen","even"]', '{"n":6,"kind":"child"}', 'all at once', 4102747209750000, 4102747228250000, NULL, 4102747228250000, 'FAILED', 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747209750000, NULL, NULL),
	(0, 53, 'CREATED', '00000000-0000-0000-0000-0000000000b2', 53, 1, 'ACTIVE', NULL, NULL, '["goes"]', NULL, NULL, 4102747236000000, 4102747236000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 54, 'CREATED', '00000000-0000-0000-0000-0000000000b3', 54, 1, 'ACTIVE', NULL, NULL, '["goes"]', NULL, NULL, 4102747236250000, 4102747236250000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 55, 'DELETED', '00000000-0000-0000-0000-0000000000b3', 54, 2, 'ACTIVE', NULL, NULL, '["goes"]', NULL, NULL, 4102747236250000, 4102747236500000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747236250000, 'small', NULL),
	(0, 56, 'DELETED', '00000000-0000-0000-0000-0000000000b2', 53, 2, 'ACTIVE', NULL, NULL, '["goes"]', NULL, NULL, 4102747236000000, 4102747236750000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747236000000, 'large', NULL),
	(0, 57, 'CREATED', '00000000-0000-0000-0000-0000000000b4', 57, 1, 'ACTIVE', NULL, NULL, '["goes"]', NULL, NULL, 4102747237000000, 4102747237000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 58, 'DELETED', '00000000-0000-0000-0000-0000000000b4', 57, 2, 'ACTIVE', NULL, NULL, '["goes"]', NULL, NULL, 4102747237000000, 4102747237250000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747237000000, NULL, NULL),
	(0, 59, 'CREATED', '00000000-0000-0000-0000-0000000000b2', 59, 1, 'ACTIVE', NULL, NULL, '[]', NULL, NULL, 4102747237500000, 4102747237500000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(0, 60, 'DELETED', '00000000-0000-0000-0000-0000000000b2', 59, 2, 'ACTIVE', NULL, NULL, '[]', NULL, NULL, 4102747237500000, 4102747238250000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIVE', NULL, NULL, NULL, NULL, 4102747237500000, NULL, NULL),
	(0, 61, 'CREATED', '00000000-0000-0000-0000-0000000000b2', 61, 1, 'ACTIVE', 'risen', 'risen', '[]', NULL, NULL, 4102747238500000, 4102747238500000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);



INSERT INTO public.documents VALUES
	(5, 'd', '{"x":1}', 2, 4102747203000000),
	(5, 'e', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', 1, 4102747203000000),
	(6, 'd', '{"x":1}', 2, 4102747205000000),
	(6, 'e', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', 1, 4102747205000000),
	(18, 'v-a', '{"key":"v-a"}', 1, 4102747219000000),
	(18, 'v-b', '{"key":"v-b"}', 1, 4102747219250000),
	(18, 'v-c', '{"key":"v-c"}', 1, 4102747219500000),
	(18, 'z', '{"key":"z"}', 1, 4102747219750000),
	(18, 'd', '{"key":"d","more":1}', 2, 4102747220000000);



INSERT INTO public.events VALUES
	(2, 0, 's', '{}', 4102747200000000, '7bc8a57ca53235f8a86be78c85426f502a939d54052156b1cdd6c2525e528035'),
	(5, 0, 'one', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', 4102747203000000, 'a9dc10d3ef8d80eaf8f0cb9afed637e5d49868f47ab898b4fcf158a73942a39f'),
	(5, 1, 'two', '{}', 4102747203000000, '2a9901d046da81e66c77fa6ad5131ba6662f659e8df16f1b8c6b22b966ef5ca4'),
	(5, 2, 'one', '{"n":1.5}', 4102747203000000, '9be64e6059d04fe94e14c6b9d573445e139ef546737be32bee1e30c624756585'),
	(5, 3, 'three', '{"x":[1,2]}', 4102747203000000, '83a9ace9b4b744ba2655516e04c9e990884a7d6150f0aa7cb50b9df51fbc7990'),
	(6, 0, 'one', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', 4102747205000000, '8888755ba5603ad6adc5faf3954f3d60e9d07739ea0d5e97e5f9fd51b3fb4852'),
	(6, 1, 'two', '{}', 4102747205000000, 'fc5d70cbeaf2b33d4bf96b99309b10fc6097d75f1e84532e0900a1f54cdfcdab'),
	(6, 2, 'one', '{"n":1.5}', 4102747205000000, '4f170293580ba267aa0efe71dd9f48f854a94cef81a9c95151a5f3e896b46536'),
	(6, 3, 'three', '{"x":[1,2]}', 4102747205000000, '4529d31519742647ae0bea8595ba855b5edf190dcdd054f7e3ad6ee760e87d94'),
	(18, 0, 'one', '{"n":0}', 4102747218000000, '0ea8bd62e515eb97622aa7f78d811a49669259b34883418e1df4ee259bb70433'),
	(18, 1, 'two', '{"n":1}', 4102747218000000, '80c27efc7e40055720d368e20aa85588932f583d7cc0e97ace4f74555bc9f6d2'),
	(18, 2, 'one', '{"n":2}', 4102747218000000, '12a34f75f0710a9c748139dc51513abe91321c9763073325056c89e9fe7328cc'),
	(18, 3, 'ü', '{"n":3}', 4102747218000000, '4a13f78199433281031a1f5dbc256ab5873eb984228c8a38cee9b41f21a1ddbc'),
	(18, 4, 'one', '{"n":4}', 4102747218000000, '4948026972b93c8881cea9b9b48775637a8d10b2c2da0bfa12ac90ef68902d63'),
	(18, 5, 'two', '{"n":5}', 4102747218000000, '93f0365e3b19adfc6e93ba50afb6adbe7ef47975ebe57959929de1aa11cf5622'),
	(18, 6, 'one', '{"n":6}', 4102747218000000, '46541e00d6ef39b74e2833f524e8ce24ed190155d6a9de960f05e355398e46fc');



INSERT INTO public.feed_head VALUES
	(0, 61, 0, '0000000000004000800000000000f0f0');



INSERT INTO public.items VALUES
	(2, 0, 'item-1', 1, 1, 0),
	(5, 0, 'gone', 2, 1, 1),
	(5, 1, 'item-1', 2, 1, 1),
	(5, 1, 'ïtem', 1, 0, 0),
	(6, 0, 'item-1', 2, 1, 1),
	(6, 0, 'ïtem', 1, 0, 0),
	(18, 0, 'item-3', 1, 1, 0),
	(18, 0, 'item-0', 2, 1, 1),
	(18, 0, 'item-1', 2, 1, 1),
	(18, 0, 'item-2', 2, 1, 1),
	(18, 0, 'unnamed', 1, 1, 0),
	(18, 0, 'bulk-1', 1, 1, 0),
	(19, 0, 'deleted later', 1, 1, 0);



INSERT INTO public.jobs VALUES
	('00000000-0000-0000-0000-000000001001', 'slow', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', 'PENDING', 3, 0, 3, 4102747206000000, 4102747206000000, NULL, NULL, NULL, NULL, NULL),
	('00000000-0000-0000-0000-000000001000', 'default', '{"planId":"00000000-0000-0000-0000-000000002000","runId":"00000000-0000-0000-0000-000000004000"}', 'COMPLETED', 0, 1, 3, 4102747206000000, 4102747206000000, 4102747206000000, 4102747206000000, NULL, NULL, '00000000-0000-0000-0000-000000004000'),
	('00000000-0000-0000-0000-000000001002', 'plans', '{"planId":"00000000-0000-0000-0000-000000002002","runId":"00000000-0000-0000-0000-000000004003"}', 'PENDING', 0, 0, 3, 4102747222000000, 4102747222000000, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-000000004003'),
	('00000000-0000-0000-0000-000000001003', 'plans', '{"planId":"00000000-0000-0000-0000-000000002002","runId":"00000000-0000-0000-0000-000000004004"}', 'PENDING', 0, 0, 3, 4102747222250000, 4102747222250000, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-000000004004'),
	('00000000-0000-0000-0000-000000001004', 'plans', '{"planId":"00000000-0000-0000-0000-000000002002","runId":"00000000-0000-0000-0000-000000004005"}', 'PENDING', 0, 0, 3, 4102747222500000, 4102747222500000, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-000000004005'),
	('00000000-0000-0000-0000-000000001005', 'plans', '{"planId":"00000000-0000-0000-0000-000000002002","runId":"00000000-0000-0000-0000-000000004006"}', 'PENDING', 0, 0, 3, 4102747222750000, 4102747222750000, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-000000004006'),
	('00000000-0000-0000-0000-000000001006', 'frozen', '{"n":0}', 'PENDING', 0, 0, 2, 4102747223000000, 4102747223000000, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000b0'),
	('00000000-0000-0000-0000-000000001008', 'frozen', '{"n":2}', 'PENDING', 0, 0, 2, 4102747223500000, 4102747223500000, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000b0'),
	('00000000-0000-0000-0000-00000000100a', 'frozen', '{"n":4}', 'PENDING', 0, 0, 2, 4102747224000000, 4102747224000000, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000b0'),
	('00000000-0000-0000-0000-00000000100c', 'frozen', NULL, 'PENDING', 0, 0, 3, 4102790400000000, 4102747224500000, NULL, NULL, NULL, NULL, NULL),
	('00000000-0000-0000-0000-000000001007', 'frozen', '{"n":1}', 'COMPLETED', 1, 1, 2, 4102747223250000, 4102747223250000, 4102747224750000, 4102747225250000, NULL, NULL, '00000000-0000-0000-0000-0000000000b0'),
	('00000000-0000-0000-0000-000000001009', 'frozen', '{"n":3}', 'RETRYING', 1, 1, 2, 4102747227500000, 4102747223750000, 4102747224750000, NULL, NULL, 'try again', '00000000-0000-0000-0000-0000000000b0'),
	('00000000-0000-0000-0000-00000000100b', 'frozen', '{"n":5}', 'FAILED', 1, 1, 2, 4102747224250000, 4102747224250000, 4102747224750000, 4102747225750000, NULL, 'never again', '00000000-0000-0000-0000-0000000000b0');



INSERT INTO public.kept_answers VALUES
	('', 'createRun', 'key-0', '6e21d92d38a4402c30aafd2fe64ad130a8d58bd6f81e30dd5ff71cc4ba5ddf84', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b0","incarnation":18},"version":1,"seq":18,"replayed":false}', 4102747207250000),
	('', 'createRun', 'key-1', '69471833259d6c2ed1a67dd0572f7f778f2db61683b47bf6550466aab23b7a47', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b1","incarnation":19},"version":1,"seq":19,"replayed":false}', 4102747207500000),
	('', 'createRun', 'key-2', '7cb215bfd39a51b299e102a8180e24f9ebad3ce5fc259a0906735a56935ed8ea', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-000000004001","incarnation":20},"version":1,"seq":20,"replayed":false}', 4102747207750000),
	('', 'createChildRun', 'key-3', 'bfa337aeb57d8d2e46e710752b79fd248d1a48c0c6480041bd68a32019a0642d', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-000000004002","incarnation":21},"version":1,"seq":21,"replayed":false}', 4102747208000000),
	('', 'createRun', 'key-4', 'c0adb6ee51fc704fb3dfb135da685cf5d4809116ff9fbd1a49ba25f5a2e4056a', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c0","incarnation":22},"version":1,"seq":22,"replayed":false}', 4102747208250000),
	('', 'createRun', 'key-5', 'c84a4809d165863449145868cdada043912cdbabdc8c79f570600e03250543be', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c1","incarnation":23},"version":1,"seq":23,"replayed":false}', 4102747208500000),
	('', 'createRun', 'key-6', '2158b548e7dbe80154e3101f8ea92db290eb6445a6dd3e3e9847bb1936062849', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c2","incarnation":24},"version":1,"seq":24,"replayed":false}', 4102747208750000),
	('', 'createRun', 'key-7', '6cced64fc18e7d64a67c29ae779eb70db74fdfc2b7c1b1dd42a89be90bf45650', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c3","incarnation":25},"version":1,"seq":25,"replayed":false}', 4102747209000000),
	('', 'createRun', 'key-8', 'e631947b9233758f192e891e389410ffbd522726d58e2a7fec85ca2b6896d097', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c4","incarnation":26},"version":1,"seq":26,"replayed":false}', 4102747209250000),
	('', 'createRun', 'key-9', 'd32e723e94925038c668e5d66530a6465968510b7ed8c66c97499433e3d770a4', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c5","incarnation":27},"version":1,"seq":27,"replayed":false}', 4102747209500000),
	('', 'createRun', 'key-10', '0e0913e837dff302d19c0bb11b965a6b69a6eaf15892a93876ad3579e8013ef8', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c6","incarnation":28},"version":1,"seq":28,"replayed":false}', 4102747209750000),
	('', 'startRun', 'key-11', '5a2e64d5a4343e4bfb5d7bf78cb485ffd84964eb02b0e996cdebd6ced7433b76', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b0","incarnation":18},"version":2,"seq":29,"replayed":false}', 4102747210000000),
	('', 'pauseRun', 'key-12', '3d0004d4732e1206d8dd76b88b9b7563dedd11c03a7de9fbf9ceec3e9210cc8f', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c0","incarnation":22},"version":2,"seq":30,"replayed":false}', 4102747210250000),
	('', 'resumeRun', 'key-13', 'd781f2444248728652d2e79fbdf4f9b1595c1f39864923a402089239aa757b8a', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c0","incarnation":22},"version":3,"seq":31,"replayed":false}', 4102747210500000),
	('', 'closeRun', 'key-14', 'ac2ef1b945e8fb1e47e4bfbefd4e24c1cd7778c6b7ae391679db366f6bdf762d', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c1","incarnation":23},"version":2,"seq":32,"replayed":false}', 4102747210750000),
	('', 'failRun', 'key-15', '7a2a7985321bcdbb4b7a8237341c37d885e91920554b719896e8e66725e5b68c', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c2","incarnation":24},"version":2,"seq":33,"replayed":false}', 4102747211000000),
	('', 'cancelRun', 'key-16', 'efe82a035f86aeae8f0e859d1c6b6b797376a50c0f68ba16d9924966d8bb1c61', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c3","incarnation":25},"version":2,"seq":34,"replayed":false}', 4102747211250000),
	('', 'transitionRun', 'key-17', 'ccff6888f4147fbff69385c3219a4c544d3a221e02df6e9dd3508f0228c8a397', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c4","incarnation":26},"version":2,"seq":35,"replayed":false}', 4102747211500000),
	('', 'archiveRun', 'key-18', '7b4175a23c317df238ed68cefbcd05b61f734a6b1b7bd468955b7d177e27493b', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c4","incarnation":26},"version":3,"seq":36,"replayed":false}', 4102747211750000),
	('', 'renameRun', 'key-19', '4e6f42a354264a370e91edff268e8f955a39d851cae67b249221eb89751fd10e', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b0","incarnation":18},"version":3,"seq":37,"replayed":false}', 4102747212000000),
	('', 'renameRun', 'key-20', '15e4efb07f8677849352d4a5ebe34f6bdfcb16005071221627a3841af3f4dfcd', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b1","incarnation":19},"version":2,"seq":38,"replayed":false}', 4102747212250000),
	('', 'updateRunMetadata', 'key-21', '92832ee9718cd1812623d37bebf2305545df23d594e593d42672583662c80132', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b1","incarnation":19},"version":3,"seq":39,"replayed":false}', 4102747212500000),
	('', 'updateRunMetadata', 'key-22', '9b16b56f7f28859b183894aa69f473aee5ff191a7f824b72b5a0cc78c2251e82', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b1","incarnation":19},"version":4,"seq":40,"replayed":false}', 4102747212750000),
	('', 'updateRunMetadata', 'key-23', '986c25c4008287147eab5f36aefc5b0270d79fef515af02b7eee621636492c29', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c0","incarnation":22},"version":4,"seq":41,"replayed":false}', 4102747213000000),
	('', 'addRunTags', 'key-24', 'c5d744344e937b79fe8c4a43156d6470850a2a745df70a4d34557dd5d48b9cef', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b0","incarnation":18},"version":4,"seq":42,"replayed":false}', 4102747213250000),
	('', 'removeRunTags', 'key-25', 'fdc2aba6fe5a10e3ada252487edf569edc744301087ab7ed754af1fabf38e396', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b0","incarnation":18},"version":5,"seq":43,"replayed":false}', 4102747213500000),
	('', 'setRunRetention', 'key-26', 'cfd721f4e30464c9cfe6be28f3a03ca27d74964a94e4a406f906186965967fad', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b0","incarnation":18},"version":6,"seq":44,"replayed":false}', 4102747213750000),
	('', 'setRunRetention', 'key-27', 'c33596b0ea447334c9318f4d04ea485e6dbe7f60fcdc74cfa52e6cdcb4c3a142', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c0","incarnation":22},"version":5,"seq":45,"replayed":false}', 4102747214000000),
	('', 'recordResult', 'key-28', 'd01264980b1cbb2f531f31206f526a2adb52a8a1bee3054ea4f411659e07ba5c', '{"outcome":"ResultRecorded","result":{"record":"Result","key":[18,0,"item-0",0],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747214250000),
	('', 'recordResult', 'key-29', '318b84afb35c080fa1c727dada752106b23770583e8e6aa1c0c63a1dc5fb5df4', '{"outcome":"ResultRecorded","result":{"record":"Result","key":[18,0,"item-1",0],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747214500000),
	('', 'recordResult', 'key-30', '7725e556f795616abc35f849d358ac64906c58e93ec8848f8275ec05d9abecff', '{"outcome":"ResultRecorded","result":{"record":"Result","key":[18,0,"item-2",0],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747214750000),
	('', 'recordResult', 'key-31', '50c0bf2ca2cb65759d11d4d5a946e5aa4a671df8c7fd4cf909d219364bc90f04', '{"outcome":"ResultRecorded","result":{"record":"Result","key":[18,0,"item-3",0],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747215000000),
	('', 'recordResult', 'key-32', 'ed237498de35c1043361263708e0f3611a863a87658e016b5d5cb0c4aa409e2a', '{"outcome":"ResultRecorded","result":{"record":"Result","key":[18,0,"item-0",1],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747215250000),
	('', 'recordResult', 'key-33', 'f3ca79926124f5b30d8984a18afe22277e36588798cfeff41691f1bd562423e3', '{"outcome":"ResultRecorded","result":{"record":"Result","key":[18,0,"item-1",1],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747215500000),
	('', 'recordResult', 'key-34', 'df8c5e459958a5f16e1d9a1f4a381e0d587efc5d2b8e3c7d27564365f50f5963', '{"outcome":"ResultRecorded","result":{"record":"Result","key":[18,0,"item-2",1],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747215750000),
	('', 'recordResult', 'key-35', '1ea0d78b46169b14721bf192a62e5c6ff655ce3f8a54c96bae164137fc015da0', '{"outcome":"ResultRecorded","result":{"record":"Result","key":[18,0,"unnamed",0],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747216000000),
	('', 'recordResult', 'entry-1', '47e04ce056b11a3dce24a3732d66dbb2d789ceba0f6dc8a91aa8671458a91e2b', '{"outcome":"ResultRecorded","result":{"record":"Result","key":[18,0,"bulk-1",0],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747216250000),
	('', 'recordResults', 'key-36', '636f8e646aa2bb547197693d83cf90f1ed00774cc201ae1104d1f654d0c9d2e1', '{"outcome":"ResultsRecorded","outcomes":[{"outcome":"ResultRecorded","result":{"record":"Result","key":[18,0,"bulk-1",0],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false},{"outcome":"IdempotencyConflict","idempotency_key":"entry-1"},{"outcome":"NotFound","kind":"Run","id":"00000000-0000-0000-0000-0000000000b4"},{"outcome":"InvalidInput","message":"an item id has 1 to 512 characters, no NUL and no lone surrogate","field":"results.3.itemId"},{"outcome":"ConstraintViolation","reason":"ALREADY_EXISTS","message":"00000000-0000-0000-0000-0000000000d0 exists already"},{"outcome":"ConstraintViolation","reason":"RUN_CLOSED","message":"the run is COMPLETED"}],"replayed":false}', 4102747216250000),
	('', 'recordResult', 'key-37', '34ddc87c644db6195273bb314c85e39fbd4d5a06ed46439295450f6cee187efd', '{"outcome":"ResultRecorded","result":{"record":"Result","key":[19,0,"deleted later",0],"run":"00000000-0000-0000-0000-0000000000b1"},"replayed":false}', 4102747216500000),
	('', 'deleteResults', 'key-38', '8597334b9c1cbaf24f9af28c1c074df471b81140cf2d8c663bc7a936e0fe9918', '{"outcome":"ResultsDeleted","run_id":"00000000-0000-0000-0000-0000000000b1","deleted":1,"replayed":false}', 4102747216750000),
	('', 'putRunValues', 'key-39', 'f9ebcde8341b7e413ef1a2fa93937f49ec266c485e8693c8b5b761ad33acdd8b', '{"outcome":"ValuesPut","values":[{"record":"Value","key":[18,"v-0"],"run":"00000000-0000-0000-0000-0000000000b0"},{"record":"Value","key":[18,"v-1"],"run":"00000000-0000-0000-0000-0000000000b0"},{"record":"Value","key":[18,"v-2"],"run":"00000000-0000-0000-0000-0000000000b0"},{"record":"Value","key":[18,"v-3"],"run":"00000000-0000-0000-0000-0000000000b0"},{"record":"Value","key":[18,"v-4"],"run":"00000000-0000-0000-0000-0000000000b0"}],"replayed":false}', 4102747217000000),
	('', 'putRunValues', 'key-40', '0e93c5547a589aa0eac4e856d9b78d9cc2848e7b436379f9136fafe6775e4fa1', '{"outcome":"ValuesPut","values":[{"record":"Value","key":[18,"v-0"],"run":"00000000-0000-0000-0000-0000000000b0"}],"replayed":false}', 4102747217250000),
	('', 'putRunValues', 'key-41', '319c1aa5b52043450349cff61a57eeec631a918d5fcb1ce5a9d17b872f27f515', '{"outcome":"ValuesPut","values":[{"record":"Value","key":[18,"w"],"run":"00000000-0000-0000-0000-0000000000b0"}],"replayed":false}', 4102747217500000),
	('', 'deleteRunValues', 'key-42', 'd311b668c9885749678c277cb763cba6ced12ff3c42832e4e573698c3075f52b', '{"outcome":"ValuesDeleted","deleted":1,"replayed":false}', 4102747217750000),
	('', 'appendRunEvents', 'key-43', '151123f26cf1982f616586d8676b76affdb1cbd8c67e4be50427398456d9ed42', '{"outcome":"EventsAppended","events":[{"record":"Event","key":[18,0],"run":"00000000-0000-0000-0000-0000000000b0"},{"record":"Event","key":[18,1],"run":"00000000-0000-0000-0000-0000000000b0"},{"record":"Event","key":[18,2],"run":"00000000-0000-0000-0000-0000000000b0"},{"record":"Event","key":[18,3],"run":"00000000-0000-0000-0000-0000000000b0"},{"record":"Event","key":[18,4],"run":"00000000-0000-0000-0000-0000000000b0"},{"record":"Event","key":[18,5],"run":"00000000-0000-0000-0000-0000000000b0"},{"record":"Event","key":[18,6],"run":"00000000-0000-0000-0000-0000000000b0"}],"replayed":false}', 4102747218000000),
	('', 'setRunCell', 'key-44', 'f0b8a0a505ab4526552b24b05ca3a672660e8f4a3a41d438ac476604d7fcb9b8', '{"outcome":"CellSet","cell":{"record":"Cell","key":[18,"c"],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747218250000),
	('', 'setRunCell', 'key-45', '9b04551597e714d71feb0f929d93d547036f00911c50b82334f980463c73740f', '{"outcome":"CellSet","cell":{"record":"Cell","key":[18,"nothing"],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747218500000),
	('', 'writeRunDocument', 'key-46', '5744bcc71aa986ecdc5bf31129c5996005dec9a6b6f358fab54861e965c23cf9', '{"outcome":"DocumentWritten","document":{"record":"Document","key":[18,"d"],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747218750000),
	('', 'writeRunDocument', 'key-47', 'a2339f792351a576877281cd8e62f98fa4ee4bf1da3df65ad7304dbf0bb8a8f1', '{"outcome":"DocumentWritten","document":{"record":"Document","key":[18,"v-a"],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747219000000),
	('', 'writeRunDocument', 'key-48', 'df62ce7be097acf6bf37caa8ce275af9e52ee40142656481cc3df5913048cfa6', '{"outcome":"DocumentWritten","document":{"record":"Document","key":[18,"v-b"],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747219250000),
	('', 'writeRunDocument', 'key-49', 'f19f020029b7a5e4f37d0d544f443191150bf0bf19dece54a5e5f85f561c316f', '{"outcome":"DocumentWritten","document":{"record":"Document","key":[18,"v-c"],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747219500000),
	('', 'writeRunDocument', 'key-50', '7cb746f41388e6224c76a81f98ef3892ce091c7470805a1a08bcc590226cfa44', '{"outcome":"DocumentWritten","document":{"record":"Document","key":[18,"z"],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747219750000),
	('', 'writeRunDocument', 'key-51', '8c08bdb77e3e0fe1166281b20df3f8fbb768446feabe9c1d0bce79d3e4d8f702', '{"outcome":"DocumentWritten","document":{"record":"Document","key":[18,"d"],"run":"00000000-0000-0000-0000-0000000000b0"},"replayed":false}', 4102747220000000),
	('', 'createPlan', 'key-52', '7e3fcd4601b5709e542023ddfadca1b48518e7836c175ccda0b701a26739671e', '{"outcome":"PlanSaved","plan":{"record":"Plan","key":["00000000-0000-0000-0000-000000002002"]},"replayed":false}', 4102747220250000),
	('', 'createPlan', 'key-53', 'fd449611bdb603776509c06f7f3d0f30aaa3ae9903887229becfb3fa9c236ffc', '{"outcome":"PlanSaved","plan":{"record":"Plan","key":["00000000-0000-0000-0000-000000002003"]},"replayed":false}', 4102747220500000),
	('', 'createPlan', 'key-54', 'b786af16e7dfe171cda307f9fbf0c738c6df73189219fef42f0cb3e2dc25fd85', '{"outcome":"PlanSaved","plan":{"record":"Plan","key":["00000000-0000-0000-0000-000000002004"]},"replayed":false}', 4102747220750000),
	('', 'createPlan', 'key-55', '0b8a8377a8b87ef7c29964cedbe0922faf826e81ec955f4f2e186461f07d092a', '{"outcome":"PlanSaved","plan":{"record":"Plan","key":["00000000-0000-0000-0000-000000002005"]},"replayed":false}', 4102747221000000),
	('', 'createPlan', 'key-56', '805e9d116212439c9b865d8bd5010a17f1aac30670f92c2908e19175d5f26c75', '{"outcome":"PlanSaved","plan":{"record":"Plan","key":["00000000-0000-0000-0000-000000002006"]},"replayed":false}', 4102747221250000),
	('', 'updatePlan', 'key-57', 'adaad39460d3b9dbb6b12a47809455414c81fffa96e5bd2457676e5061307096', '{"outcome":"PlanSaved","plan":{"record":"Plan","key":["00000000-0000-0000-0000-000000002002"]},"replayed":false}', 4102747221500000),
	('', 'deletePlan', 'key-58', '80ecc21634f4ea2cc192ef6db4f24fc54909cb0dfff6f4315db806da4856e076', '{"outcome":"PlanDeleted","id":"00000000-0000-0000-0000-000000002006","replayed":false}', 4102747221750000),
	('', 'startPlan', 'key-59', 'f7f7d4f644be12c8eebf7244c39be1251ac044d356f1cdbe9bc1974e2c355fe1', '{"outcome":"PlanStarted","run":{"run":"00000000-0000-0000-0000-000000004003","incarnation":47},"job":{"record":"Job","key":["00000000-0000-0000-0000-000000001002"]},"seq":47,"replayed":false}', 4102747222000000),
	('', 'startPlan', 'key-60', '374d588131f12c109dfa8834a1ecb7da8a1afbd57671865b167ad1883c705bc1', '{"outcome":"PlanStarted","run":{"run":"00000000-0000-0000-0000-000000004004","incarnation":48},"job":{"record":"Job","key":["00000000-0000-0000-0000-000000001003"]},"seq":48,"replayed":false}', 4102747222250000),
	('', 'startPlan', 'key-61', '5c781dd28fc64a23a9a6f166dabd0cbe4b1de3145350e1aafb2e408d4d98187d', '{"outcome":"PlanStarted","run":{"run":"00000000-0000-0000-0000-000000004005","incarnation":49},"job":{"record":"Job","key":["00000000-0000-0000-0000-000000001004"]},"seq":49,"replayed":false}', 4102747222500000),
	('', 'startPlan', 'key-62', '44d487e844b5ec5cbbbe61b0ad733d5a1780d7140e9352144d1bf24ff3187cc2', '{"outcome":"PlanStarted","run":{"run":"00000000-0000-0000-0000-000000004006","incarnation":50},"job":{"record":"Job","key":["00000000-0000-0000-0000-000000001005"]},"seq":50,"replayed":false}', 4102747222750000),
	('', 'enqueueJob', 'key-63', 'c754cfedac1306c7967f463bfb2a8de795aa6047aa8382613c13267807215014', '{"outcome":"JobSaved","job":{"record":"Job","key":["00000000-0000-0000-0000-000000001006"]},"replayed":false}', 4102747223000000),
	('', 'enqueueJob', 'key-64', '96da94bb2e7757fac9d948ed89857cd16ace6296e725771bc9d40997bf88d041', '{"outcome":"JobSaved","job":{"record":"Job","key":["00000000-0000-0000-0000-000000001007"]},"replayed":false}', 4102747223250000),
	('', 'enqueueJob', 'key-65', '4ccfcc047c145c97c21016e284e23aa82192f7f1700f752c6fc1a70309805057', '{"outcome":"JobSaved","job":{"record":"Job","key":["00000000-0000-0000-0000-000000001008"]},"replayed":false}', 4102747223500000),
	('', 'enqueueJob', 'key-66', 'ea494584f0be999c5389b3b0147100bc583ae3b1b10312ace2a249e88ae022c3', '{"outcome":"JobSaved","job":{"record":"Job","key":["00000000-0000-0000-0000-000000001009"]},"replayed":false}', 4102747223750000),
	('', 'enqueueJob', 'key-67', 'b63117bd1a3f7803361dbb29a688daed819f767369760a6f47f5215b1d029bec', '{"outcome":"JobSaved","job":{"record":"Job","key":["00000000-0000-0000-0000-00000000100a"]},"replayed":false}', 4102747224000000),
	('', 'enqueueJob', 'key-68', 'a24539f4a8d4fbab1a3fda79b5da8e80cc12e5f82763c2ec32855afd32cc5289', '{"outcome":"JobSaved","job":{"record":"Job","key":["00000000-0000-0000-0000-00000000100b"]},"replayed":false}', 4102747224250000),
	('', 'enqueueJob', 'key-69', '4351957ebf0540a4d0216ebb88bedf42e1a430b7189a17c2ae8d25a1ea4a36c7', '{"outcome":"JobSaved","job":{"record":"Job","key":["00000000-0000-0000-0000-00000000100c"]},"replayed":false}', 4102747224500000),
	('', 'claimJobs', 'key-70', '4db9cbeb690c9ea45c66f166efa9a12265b01d988cde275265f5a99642116b50', '{"outcome":"JobsClaimed","jobs":[{"record":"Job","key":["00000000-0000-0000-0000-000000001007"]},{"record":"Job","key":["00000000-0000-0000-0000-000000001009"]},{"record":"Job","key":["00000000-0000-0000-0000-00000000100b"]}],"replayed":false}', 4102747224750000),
	('', 'claimJobs', 'key-71', 'b1c4d4480bb16f27dd5049b1b94963c5ef9ae86d5c0e6d6ae4f4003f81d5957c', '{"outcome":"JobsClaimed","jobs":[],"replayed":false}', 4102747225000000),
	('', 'acknowledgeJob', 'key-72', '78a565437ca94a369da8374007a2eb6b99a94956545007ed3f7485219dde2df2', '{"outcome":"JobSaved","job":{"record":"Job","key":["00000000-0000-0000-0000-000000001007"]},"replayed":false}', 4102747225250000),
	('', 'failJob', 'key-73', '448bba640733ed3916f2f7dbfe470f7a557c7f6d630e174aaf81aad250aa80ed', '{"outcome":"JobSaved","job":{"record":"Job","key":["00000000-0000-0000-0000-000000001009"]},"replayed":false}', 4102747225500000),
	('', 'failJob', 'key-74', '7a9147d1f4091373751c32c3c7b578c46361aaa6b6d8ebec68a5838ba53dee08', '{"outcome":"JobSaved","job":{"record":"Job","key":["00000000-0000-0000-0000-00000000100b"]},"replayed":false}', 4102747225750000),
	('', 'commitBoundary', 'key-75', 'ae96a7416ea7c64094875e717dc59703797bbc056c0d3ae40ecbb626949ef28a', '{"outcome":"BoundaryApplied","receipt":{"record":"Receipt","key":["agent",18,0],"run":"00000000-0000-0000-0000-0000000000b0"},"runtime":{"record":"Runtime","key":["agent"]},"replayed":false}', 4102747226000000),
	('', 'commitBoundary', 'key-76', '8e6b4432f41070696e213310f19840504e0924e1a237212a811948cfeb96cb96', '{"outcome":"BoundaryApplied","receipt":{"record":"Receipt","key":["agent",18,1],"run":"00000000-0000-0000-0000-0000000000b0"},"runtime":{"record":"Runtime","key":["agent"]},"replayed":false}', 4102747226250000),
	('', 'commitBoundary', 'key-77', '8e6b4432f41070696e213310f19840504e0924e1a237212a811948cfeb96cb96', '{"outcome":"BoundaryApplied","receipt":{"record":"Receipt","key":["agent",18,2],"run":"00000000-0000-0000-0000-0000000000b0"},"runtime":{"record":"Runtime","key":["agent"]},"replayed":false}', 4102747226500000),
	('', 'applyBoundary', 'key-78', '920d8343b319eff554cdb4a5e52fc195d96964b572b67053364c5498cf518495', '{"outcome":"BoundaryApplied","receipt":{"record":"Receipt","key":["agent",18,7],"run":"00000000-0000-0000-0000-0000000000b0"},"runtime":{"record":"Runtime","key":["agent"]},"replayed":false}', 4102747226750000),
	('', 'applyBoundary', 'key-79', '34306c8af5e8165281ef3f944a4fa05e42d95ec51a04d066fce5e418986dafc7', '{"outcome":"BoundaryApplied","receipt":{"record":"Receipt","key":["second",18,0],"run":"00000000-0000-0000-0000-0000000000b0"},"runtime":{"record":"Runtime","key":["second"]},"replayed":false}', 4102747227000000),
	('', 'persistRuntimeInput', 'key-80', '6737471f29ee625aec1c003f087ba2a240d8e4c12c17f72b44c75c8074fe0604', '{"outcome":"RuntimeSaved","runtime":{"record":"Runtime","key":["second"]},"replayed":false}', 4102747227250000),
	('', 'commitRuntimeLifecycle', 'key-81', '9a7b3c273e651bccaf71560583fad50439bee76a7172bf88aa7f83a1a3f83a22', '{"outcome":"RuntimeSaved","runtime":{"record":"Runtime","key":["second"]},"replayed":false}', 4102747227500000),
	('', 'transitionRuns', 'key-82', '569511851a1589543b6096c84666eb91efaad3faa2fb549743f29f3389f8d1a2', '{"outcome":"BulkApplied","outcomes":[{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c5","incarnation":27},"version":2,"seq":51,"replayed":false},{"outcome":"InvalidTransition","source":"COMPLETED","target":"PAUSED"},{"outcome":"NotFound","kind":"Run","id":"00000000-0000-0000-0000-0000000000b4"},{"outcome":"ConstraintViolation","reason":"DEFAULT_RUN","message":"the default run cannot be moved or deleted"},{"outcome":"InvalidInput","message":"an id is `default` or a UUID other than the nil one","field":"runs.ids"}],"replayed":false}', 4102747227750000),
	('', 'transitionRuns', 'key-83', '49cd27ac70f153999d4d9d6db772c792a6d793bc8ef431884d7de7ef5a992977', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"PAUSED","target":"COMPLETED"},{"outcome":"InvalidTransition","source":"PAUSED","target":"COMPLETED"},{"outcome":"InvalidTransition","source":"PAUSED","target":"COMPLETED"},{"outcome":"InvalidTransition","source":"PAUSED","target":"COMPLETED"},{"outcome":"InvalidTransition","source":"PAUSED","target":"COMPLETED"}],"replayed":false}', 4102747228000000),
	('', 'transitionRuns', 'key-84', '48d05ab3af651ef00f0c79c25c8cfbe9098245ee6724a896f671836e55e47cc8', '{"outcome":"BulkApplied","outcomes":[{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000c6","incarnation":28},"version":2,"seq":52,"replayed":false}],"replayed":false}', 4102747228250000),
	('', 'transitionRuns', 'key-85', 'ef81e7ebfde119241230b990692d52d581b14f26da47c6dd3d42443b75da9dc2', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"ACTIVE","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"ACTIVE","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"ACTIVE","target":"ACTIVE"}],"replayed":false}', 4102747228500000),
	('', 'transitionRuns', 'key-86', '722b6d0231be55511db3eecd728c508f131289eecc068228eda17dd825d55480', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747228750000),
	('', 'transitionRuns', 'key-87', '5c7c0226920d457b70c1859a845942387bdbb0d063f0d25d07b762f2f7c39837', '{"outcome":"BulkApplied","outcomes":[],"replayed":false}', 4102747229000000),
	('', 'transitionRuns', 'key-88', 'e3f8d902afcbc90f291c6f8a64fe7139f93ce3687148d7b65d890f741a1b4263', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747229250000),
	('', 'transitionRuns', 'key-89', '8b17dbe59f742e4fbd81fe0cf325bdafa7e9cb651f49052b241c7d38cac32877', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747229500000),
	('', 'transitionRuns', 'key-90', 'dca2ec9513745e29350eee1aa895d8c190c2c96f9c44c900f96937eace00668a', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"}],"replayed":false}', 4102747229750000),
	('', 'transitionRuns', 'key-91', 'a92e0cbe8c269b24f7e80c0143df21febe490d237557ac99fae5176884d14c66', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"}],"replayed":false}', 4102747230000000),
	('', 'transitionRuns', 'key-92', 'c5757f3eade1b91ff906b5b29e5826f835acf43a0b22d0d587bb81848ac7f1db', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747230250000),
	('', 'transitionRuns', 'key-93', 'c0e9bc4ca433b227a0e110807354c237e44d41bb86f831d68067adf43ab52496', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747230500000),
	('', 'transitionRuns', 'key-94', '7c95b887725ce43bb629fe4da5713689fcce8550ce46ea617d647445b1739564', '{"outcome":"BulkApplied","outcomes":[],"replayed":false}', 4102747230750000),
	('', 'transitionRuns', 'key-95', 'c5b5fa3d9157bc649f2d96ad8b795e9660e5928b9cca67d1ddbd27d05b5d5b48', '{"outcome":"BulkApplied","outcomes":[],"replayed":false}', 4102747231000000),
	('', 'transitionRuns', 'key-96', '1e63c9ce10a6878216ee0627072c573fff4c2b8ecf4fd424a408a97a425ff62e', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747231250000),
	('', 'transitionRuns', 'key-97', 'bc83bb57fe81e437092dba08678441281bfb852df8b42217a7c48c6234255e49', '{"outcome":"BulkApplied","outcomes":[],"replayed":false}', 4102747231500000),
	('', 'transitionRuns', 'key-98', '583cf04f118e3bdb00a3d35fed299df75ce03c02455a375cdd9d5cd252b7b3db', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747231750000);
INSERT INTO public.kept_answers VALUES
	('', 'transitionRuns', 'key-99', '0e3aba8edf53cd7e1e41cca7106ad8766644fccd2d51cdba35dfe0d64da4f2a3', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747232000000),
	('', 'transitionRuns', 'key-100', '5189c65cf58f8c6fec3dab990d3e82411ef6e4de14cf3bb6fca5e528c2a404a8', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747232250000),
	('', 'transitionRuns', 'key-101', '85c7dca8d5c70a67d8987d0343197f3b67016eda7fda2d586172455ae0b2a133', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"ACTIVE","target":"ACTIVE"}],"replayed":false}', 4102747232500000),
	('', 'transitionRuns', 'key-102', '47350b8da97153f51c628f66138c9b919f96f6de209b1796ad330c176bcdc324', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747232750000),
	('', 'transitionRuns', 'key-103', 'a3c9cfe302e13fbce58419a288400553d0ab58dd7f8e55a6a7f0aae26a9396a7', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"}],"replayed":false}', 4102747233000000),
	('', 'transitionRuns', 'key-104', '67e29910b1175c8410b2379e851bd3dc95475fa873437660a1ea4799fa1d65ea', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747233250000),
	('', 'transitionRuns', 'key-105', '20af2f0cc41ab3d35f9183a04de973ee98a56d5e2d116fcbcc3d2a5021fd9aaa', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747233500000),
	('', 'transitionRuns', 'key-106', '13f1225b6b18e3b9fa340928277421cc2396dd15407eb7021bdf87dea9ec55f5', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747233750000),
	('', 'transitionRuns', 'key-107', '4a31af2edae6ec1cb0661ca35549e9c927538f4e8fb91a078370bc75a1388546', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"}],"replayed":false}', 4102747234000000),
	('', 'transitionRuns', 'key-108', '4aaa0dc37846082e2a7c40ed728ae02ffd25a0591ad1a4bd7fd99193d8b21935', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"}],"replayed":false}', 4102747234250000),
	('', 'transitionRuns', 'key-109', 'f87d2bf8ad506f13b112854adf0eb2881ff96e351693c5acd99d096e7cc61d99', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747234500000),
	('', 'transitionRuns', 'key-110', 'de0c8a50c8b190720c6ff70a10e7f99cded3372b1e47e0f4fd0f0df3b84b065d', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747234750000),
	('', 'transitionRuns', 'key-111', 'f69665449d239e006a03bf1daca5f8a46d2dc4839db468ba5771ddf7214bb9cd', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"}],"replayed":false}', 4102747235000000),
	('', 'transitionRuns', 'key-112', '7f3a1e400f9c8bb809fcbf1ee63619b148ca5d7f47de5c6e40ec83377c216901', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"}],"replayed":false}', 4102747235250000),
	('', 'transitionRuns', 'key-113', '44c30987222ba403edfbbdb598550f1bb0c582bd0ad63d71d126f3adfc50360f', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"FAILED","target":"ACTIVE"}],"replayed":false}', 4102747235500000),
	('', 'transitionRuns', 'key-114', 'ca65946365017ad4503067e86eaed2352ed4ce4c9d5f6ac2d52fd8db94513a0a', '{"outcome":"BulkApplied","outcomes":[{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"},{"outcome":"InvalidTransition","source":"CANCELLED","target":"ACTIVE"}],"replayed":false}', 4102747235750000),
	('', 'createRun', 'key-115', 'efc65fbc42e82068a2ee507388e96892b89eec8cc4122ef835124d114805fd6b', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b2","incarnation":53},"version":1,"seq":53,"replayed":false}', 4102747236000000),
	('', 'createRun', 'key-116', '836ac157cca10303af328e482c266179ae093f8640b1f192ca5fb4c4917fb31e', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b3","incarnation":54},"version":1,"seq":54,"replayed":false}', 4102747236250000),
	('', 'deleteRun', 'key-117', 'a8c57f2f20acd7f9a3b5f19d6df76722dbe1bcfd18f5a3e2d617ab14a3fb9676', '{"outcome":"RunDeleted","id":"00000000-0000-0000-0000-0000000000b3","version":2,"seq":55,"results":0,"values":0,"events":0,"cells":0,"documents":0,"receipts":0,"replayed":false}', 4102747236500000),
	('', 'deleteRuns', 'key-118', '4f1d659dd342a1a125bea29dcead89b716de196fc2a055c89069585c15f7e7d0', '{"outcome":"BulkApplied","outcomes":[{"outcome":"RunDeleted","id":"00000000-0000-0000-0000-0000000000b2","version":2,"seq":56,"results":0,"values":0,"events":0,"cells":0,"documents":0,"receipts":0,"replayed":false},{"outcome":"NotFound","kind":"Run","id":"00000000-0000-0000-0000-0000000000b4"},{"outcome":"ConstraintViolation","reason":"DEFAULT_RUN","message":"the default run cannot be moved or deleted"},{"outcome":"InvalidInput","message":"an id is `default` or a UUID other than the nil one","field":"runs.ids"}],"replayed":false}', 4102747236750000),
	('', 'createRun', 'key-119', '9ce9d24109e4f8298ec728326a4a34fb1bdf692f773b546d964b0d3211e729a1', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b4","incarnation":57},"version":1,"seq":57,"replayed":false}', 4102747237000000),
	('', 'deleteRuns', 'key-120', 'a8b9436b96d3e587ea80d27bbea6264d100605194fc5d345863fb63e529a8d3e', '{"outcome":"BulkApplied","outcomes":[{"outcome":"RunDeleted","id":"00000000-0000-0000-0000-0000000000b4","version":2,"seq":58,"results":0,"values":0,"events":0,"cells":0,"documents":0,"receipts":0,"replayed":false}],"replayed":false}', 4102747237250000),
	('', 'createRun', 'key-121', '0e8a5de81f2a5d7fef832e9e32e31e4ff4a01674d1db88d7653f35ba1a054285', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b2","incarnation":59},"version":1,"seq":59,"replayed":false}', 4102747237500000),
	('', 'putRunValues', 'key-122', '809ed1583f1fb7bbfa0c278faf9f07540e1df994bcfcbc7a9e67c87f8d1a35ce', '{"outcome":"ValuesPut","values":[{"record":"Value","key":[59,"k"],"run":"00000000-0000-0000-0000-0000000000b2"}],"replayed":false}', 4102747237750000),
	('', 'setRunCell', 'key-123', '1334b98aa4a7409cb499b68e26f8a6a5dde888cec68265cffbab59c739f51937', '{"outcome":"CellSet","cell":{"record":"Cell","key":[59,"c"],"run":"00000000-0000-0000-0000-0000000000b2"},"replayed":false}', 4102747238000000),
	('', 'deleteRun', 'key-124', 'cdc730f92f5709cb235847860f6fe600679fe19b71fb8fcbaf976239d642863e', '{"outcome":"RunDeleted","id":"00000000-0000-0000-0000-0000000000b2","version":2,"seq":60,"results":0,"values":1,"events":0,"cells":1,"documents":0,"receipts":0,"replayed":false}', 4102747238250000),
	('', 'createRun', 'key-125', '33af1eb5ec54fcf362ab417a7d46bf2f3a273217ae711002d1605e35d9de97c5', '{"outcome":"RunApplied","run":{"run":"00000000-0000-0000-0000-0000000000b2","incarnation":61},"version":1,"seq":61,"replayed":false}', 4102747238500000);



INSERT INTO public.plans VALUES
	('00000000-0000-0000-0000-000000002000', 'kept', 'kept', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', 4102747206000000, 4102747206000000, 1),
	('00000000-0000-0000-0000-000000002003', 'Frozen 1', 'frozen 1', '{"n":1}', 4102747220500000, 4102747220500000, 1),
	('00000000-0000-0000-0000-000000002004', 'Frozen 2', 'frozen 2', '{"n":2}', 4102747220750000, 4102747220750000, 1),
	('00000000-0000-0000-0000-000000002005', 'Frozen 3', 'frozen 3', '{"n":3}', 4102747221000000, 4102747221000000, 1),
	('00000000-0000-0000-0000-000000002002', 'Frozen anew', 'frozen anew', '[1]', 4102747220250000, 4102747221500000, 2);



INSERT INTO public.receipt_heads VALUES
	('agent', 5, 2),
	('other', 5, 7),
	('agent', 6, 2),
	('other', 6, 7),
	('agent', 18, 8),
	('second', 18, 1);



INSERT INTO public.receipts VALUES
	('agent', 5, 0, '00000000-0000-0000-0000-0000000000a0', 'RUN_CHECKPOINT', '[]', '080a9ed428559ef602668b4c00f114f1a11c3f6b02a435f0bdc154578e4d7f22', 1, 4102747203000000),
	('agent', 5, 1, '00000000-0000-0000-0000-0000000000a0', 'RUN_CHECKPOINT', '["in-1"]', '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945', 0, 4102747203000000),
	('other', 5, 5, '00000000-0000-0000-0000-0000000000a0', 'IMMEDIATE', '[]', NULL, 0, 4102747203000000),
	('other', 5, 6, '00000000-0000-0000-0000-0000000000a0', 'RUN_CHECKPOINT', '[]', '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945', 0, 4102747203000000),
	('agent', 6, 0, '00000000-0000-0000-0000-0000000000a1', 'RUN_CHECKPOINT', '[]', '080a9ed428559ef602668b4c00f114f1a11c3f6b02a435f0bdc154578e4d7f22', 1, 4102747205000000),
	('agent', 6, 1, '00000000-0000-0000-0000-0000000000a1', 'RUN_CHECKPOINT', '["in-1"]', '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945', 0, 4102747205000000),
	('other', 6, 5, '00000000-0000-0000-0000-0000000000a1', 'IMMEDIATE', '[]', NULL, 0, 4102747205000000),
	('other', 6, 6, '00000000-0000-0000-0000-0000000000a1', 'RUN_CHECKPOINT', '[]', '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945', 0, 4102747205000000),
	('agent', 18, 0, '00000000-0000-0000-0000-0000000000b0', 'RUN_CHECKPOINT', '["in-1"]', '49a64717d5d4cb19952e6eac2946415cf6879adacf9908e7d872332d32c6e684', 2, 4102747226000000),
	('agent', 18, 1, '00000000-0000-0000-0000-0000000000b0', 'RUN_CHECKPOINT', '["in-1"]', '49a64717d5d4cb19952e6eac2946415cf6879adacf9908e7d872332d32c6e684', 2, 4102747226250000),
	('agent', 18, 2, '00000000-0000-0000-0000-0000000000b0', 'RUN_CHECKPOINT', '["in-1"]', '49a64717d5d4cb19952e6eac2946415cf6879adacf9908e7d872332d32c6e684', 2, 4102747226500000),
	('agent', 18, 7, '00000000-0000-0000-0000-0000000000b0', 'IMMEDIATE', '[]', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', 2, 4102747226750000),
	('second', 18, 0, '00000000-0000-0000-0000-0000000000b0', 'IMMEDIATE', '[]', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', 2, 4102747227000000);



INSERT INTO public.remains VALUES
	(2, -1),
	(5, 0),
	(19, 0),
	(59, -1);



INSERT INTO public.results VALUES
	(2, 0, 'item-1', 0, '00000000-0000-0000-0000-000000003000', '00000000-0000-0000-0000-0000000000a0', 1, NULL, NULL, NULL, NULL, 1000, NULL, 4102747200000000, 4102747201000000, 4102747200000000, '[]'),
	(5, 0, 'gone', 0, '00000000-0000-0000-0000-000000003001', '00000000-0000-0000-0000-0000000000a0', 1, NULL, NULL, NULL, NULL, 1000, 'x', 4102747200000000, 4102747201000000, 4102747202000000, '[]'),
	(5, 0, 'gone', 1, '00000000-0000-0000-0000-000000003002', '00000000-0000-0000-0000-0000000000a0', 2, NULL, NULL, NULL, NULL, 1000, NULL, 4102747200000000, 4102747201000000, 4102747202000000, '[]'),
	(5, 1, 'item-1', 0, '00000000-0000-0000-0000-000000003003', '00000000-0000-0000-0000-0000000000a0', 3, 7, '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', '[1.0]', NULL, 1000, 'first', 4102747200000000, 4102747201000000, 4102747202000000, '[]'),
	(5, 1, 'item-1', 1, '00000000-0000-0000-0000-000000003004', '00000000-0000-0000-0000-0000000000a0', 4, NULL, NULL, NULL, NULL, 0.1, NULL, 4102747200000000, 4102747201000000, 4102747202000000, '[{"scorerId":"s1","value":0.5,"reason":"good","error":null},{"scorerId":"s2","value":null,"reason":null,"error":"broken"}]'),
	(5, 1, 'ïtem', 0, '00000000-0000-0000-0000-000000003005', '00000000-0000-0000-0000-0000000000a0', 5, NULL, NULL, NULL, NULL, 3, 'always', 4102747200000000, 4102747201000000, 4102747202000000, '[]'),
	(6, 0, 'item-1', 0, '00000000-0000-0000-0000-000000003006', '00000000-0000-0000-0000-0000000000a1', 1, 7, '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', '[1.0]', NULL, 1000, 'first', 4102747200000000, 4102747201000000, 4102747204000000, '[]'),
	(6, 0, 'item-1', 1, '00000000-0000-0000-0000-000000003007', '00000000-0000-0000-0000-0000000000a1', 2, NULL, NULL, NULL, NULL, 0.1, NULL, 4102747200000000, 4102747201000000, 4102747204000000, '[{"scorerId":"s1","value":0.5,"reason":"good","error":null},{"scorerId":"s2","value":null,"reason":null,"error":"broken"}]'),
	(6, 0, 'ïtem', 0, '00000000-0000-0000-0000-000000003008', '00000000-0000-0000-0000-0000000000a1', 3, NULL, NULL, NULL, NULL, 3, 'always', 4102747200000000, 4102747201000000, 4102747204000000, '[]'),
	(18, 0, 'item-0', 0, '00000000-0000-0000-0000-0000000000d0', '00000000-0000-0000-0000-0000000000b0', 1, NULL, '{"n":0}', NULL, NULL, 1.5, NULL, 4102747200000000, 4102747201500000, 4102747214250000, '[{"scorerId":"s1","value":0.25,"reason":"so","error":null},{"scorerId":"s2","value":null,"reason":null,"error":"broken"}]'),
	(18, 0, 'item-1', 0, '00000000-0000-0000-0000-0000000000d1', '00000000-0000-0000-0000-0000000000b0', 2, NULL, '{"n":1}', NULL, NULL, 1.5, NULL, 4102747200000000, 4102747201500000, 4102747214500000, '[{"scorerId":"s1","value":0.25,"reason":"so","error":null},{"scorerId":"s2","value":null,"reason":null,"error":"broken"}]'),
	(18, 0, 'item-2', 0, '00000000-0000-0000-0000-0000000000d2', '00000000-0000-0000-0000-0000000000b0', 3, NULL, '{"n":2}', NULL, NULL, 1.5, 'cold', 4102747200000000, 4102747201500000, 4102747214750000, '[{"scorerId":"s1","value":0.25,"reason":"so","error":null},{"scorerId":"s2","value":null,"reason":null,"error":"broken"}]'),
	(18, 0, 'item-3', 0, '00000000-0000-0000-0000-0000000000d3', '00000000-0000-0000-0000-0000000000b0', 4, NULL, '{"n":3}', NULL, NULL, 1.5, NULL, 4102747200000000, 4102747201500000, 4102747215000000, '[{"scorerId":"s1","value":0.25,"reason":"so","error":null},{"scorerId":"s2","value":null,"reason":null,"error":"broken"}]'),
	(18, 0, 'item-0', 1, '00000000-0000-0000-0000-0000000000d4', '00000000-0000-0000-0000-0000000000b0', 5, NULL, '{"n":4}', NULL, NULL, 1.5, NULL, 4102747200000000, 4102747201500000, 4102747215250000, '[{"scorerId":"s1","value":0.25,"reason":"so","error":null},{"scorerId":"s2","value":null,"reason":null,"error":"broken"}]'),
	(18, 0, 'item-1', 1, '00000000-0000-0000-0000-0000000000d5', '00000000-0000-0000-0000-0000000000b0', 6, NULL, '{"n":5}', NULL, NULL, 1.5, 'cold', 4102747200000000, 4102747201500000, 4102747215500000, '[{"scorerId":"s1","value":0.25,"reason":"so","error":null},{"scorerId":"s2","value":null,"reason":null,"error":"broken"}]'),
	(18, 0, 'item-2', 1, '00000000-0000-0000-0000-0000000000d6', '00000000-0000-0000-0000-0000000000b0', 7, NULL, '{"n":6}', NULL, NULL, 1.5, NULL, 4102747200000000, 4102747201500000, 4102747215750000, '[{"scorerId":"s1","value":0.25,"reason":"so","error":null},{"scorerId":"s2","value":null,"reason":null,"error":"broken"}]'),
	(18, 0, 'unnamed', 0, '00000000-0000-0000-0000-000000003009', '00000000-0000-0000-0000-0000000000b0', 8, 4102444800000000, NULL, '[0.1]', NULL, 1.5, NULL, 4102747200000000, 4102747201500000, 4102747216000000, '[]'),
	(18, 0, 'bulk-1', 0, '00000000-0000-0000-0000-00000000300a', '00000000-0000-0000-0000-0000000000b0', 9, NULL, NULL, NULL, NULL, 1.5, NULL, 4102747200000000, 4102747201500000, 4102747216250000, '[]'),
	(19, 0, 'deleted later', 0, '00000000-0000-0000-0000-00000000300c', '00000000-0000-0000-0000-0000000000b1', 1, NULL, NULL, NULL, NULL, 1.5, NULL, 4102747200000000, 4102747201500000, 4102747216500000, '[]');



INSERT INTO public.run_tags VALUES
	('a', 4102747201000000, '00000000-0000-0000-0000-0000000000a0'),
	('env:test', 4102747201000000, '00000000-0000-0000-0000-0000000000a0'),
	('ü', 4102747201000000, '00000000-0000-0000-0000-0000000000a0'),
	('a', 4102747201000000, '00000000-0000-0000-0000-0000000000a1'),
	('late', 4102747201000000, '00000000-0000-0000-0000-0000000000a1'),
	('planned', 4102747206000000, '00000000-0000-0000-0000-000000004000'),
	('frozen', 4102747207250000, '00000000-0000-0000-0000-0000000000b0'),
	('a', 4102747208000000, '00000000-0000-0000-0000-000000004002'),
	('even', 4102747208250000, '00000000-0000-0000-0000-0000000000c0'),
	('frozen', 4102747208250000, '00000000-0000-0000-0000-0000000000c0'),
	('frozen', 4102747208500000, '00000000-0000-0000-0000-0000000000c1'),
	('odd', 4102747208500000, '00000000-0000-0000-0000-0000000000c1'),
	('even', 4102747208750000, '00000000-0000-0000-0000-0000000000c2'),
	('frozen', 4102747208750000, '00000000-0000-0000-0000-0000000000c2'),
	('frozen', 4102747209000000, '00000000-0000-0000-0000-0000000000c3'),
	('odd', 4102747209000000, '00000000-0000-0000-0000-0000000000c3'),
	('even', 4102747209250000, '00000000-0000-0000-0000-0000000000c4'),
	('frozen', 4102747209250000, '00000000-0000-0000-0000-0000000000c4'),
	('frozen', 4102747209500000, '00000000-0000-0000-0000-0000000000c5'),
	('odd', 4102747209500000, '00000000-0000-0000-0000-0000000000c5'),
	('even', 4102747209750000, '00000000-0000-0000-0000-0000000000c6'),
	('frozen', 4102747209750000, '00000000-0000-0000-0000-0000000000c6'),
	('one', 4102747207250000, '00000000-0000-0000-0000-0000000000b0'),
	('p', 4102747222000000, '00000000-0000-0000-0000-000000004003'),
	('p', 4102747222250000, '00000000-0000-0000-0000-000000004004'),
	('p', 4102747222500000, '00000000-0000-0000-0000-000000004005'),
	('p', 4102747222750000, '00000000-0000-0000-0000-000000004006');



INSERT INTO public.run_values VALUES
	(2, 'key', '1', 1, 4102747200000000, 0),
	(5, 'a', 'null', 3, 4102747203000000, 0),
	(5, 'b', 'null', 4, 4102747203000000, 1),
	(6, 'a', 'null', 3, 4102747205000000, 0),
	(6, 'b', 'null', 4, 4102747205000000, 1),
	(1, 'k', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', 1, 4102747206000000, 0),
	(18, 'v-1', '{"n":1}', 1, 4102747217000000, 0),
	(18, 'v-2', '{"n":2}', 1, 4102747217000000, 0),
	(18, 'v-3', '{"n":3}', 1, 4102747217000000, 0),
	(18, 'v-4', '{"n":4}', 1, 4102747217000000, 0),
	(18, 'v-0', 'null', 2, 4102747217250000, 0),
	(18, 'w', 'null', 2, 4102747217750000, 1),
	(59, 'k', '1', 1, 4102747237750000, 0);



INSERT INTO public.runs VALUES
	('00000000-0000-0000-0000-0000000000a0', 5, 4, 'ACTIVE', NULL, NULL, '["a","ü","env:test"]', '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', NULL, 4102747201000000, 4102747206000000, 4102747202000000, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, 'questions', 0, 'AGENT', 'agent-1', 4, '00000000-0000-0000-0000-0000000000a0

a
ü
env:test
z
a
ü 
n
e
1e+300
-0.0
ä
"\/
1000000000000000000000000000000
0.10', 22),
	('00000000-0000-0000-0000-0000000000a1', 6, 3, 'ACTIVE', NULL, NULL, '["a","late"]', NULL, NULL, 4102747201000000, 4102747206000000, 4102747204000000, NULL, NULL, 'KEEP_LATEST', 2, '00000000-0000-0000-0000-0000000000a0', NULL, NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000a1

a
late', 7),
	('default', 1, 2, 'ACTIVE', NULL, NULL, '[]', NULL, NULL, 4102747140000000, 4102747206000000, NULL, NULL, NULL, 'KEEP_LATEST', 9, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'default
', 1),
	('00000000-0000-0000-0000-0000000000a2', 7, 2, 'FAILED', NULL, NULL, '[]', NULL, 'out of paper', 4102747201000000, 4102747206000000, NULL, 4102747206000000, 'FAILED', 'KEEP_DURATION', 60, '00000000-0000-0000-0000-0000000000a1', NULL, NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000a2
', 5),
	('00000000-0000-0000-0000-0000000000a3', 8, 2, 'ARCHIVED', NULL, NULL, '[]', NULL, NULL, 4102747201000000, 4102747206000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000a2', NULL, NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000a3
', 5),
	('00000000-0000-0000-0000-000000004000', 17, 1, 'ACTIVE', NULL, NULL, '["planned"]', NULL, NULL, 4102747206000000, 4102747206000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, '00000000-0000-0000-0000-000000002000', NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-000000004000

planned', 6),
	('00000000-0000-0000-0000-000000004001', 20, 1, 'ACTIVE', 'without an id', 'without an id', '[]', NULL, NULL, 4102747207750000, 4102747207750000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-000000004001
without an id', 8),
	('00000000-0000-0000-0000-000000004002', 21, 1, 'ACTIVE', 'child of a tree', 'child of a tree', '["a"]', '{}', NULL, 4102747208000000, 4102747208000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b1', NULL, NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-000000004002
child of a tree
a', 10),
	('00000000-0000-0000-0000-0000000000c1', 23, 2, 'COMPLETED', 'Frozen child 1', 'frozen child 1', '["frozen","odd"]', '{"n":1,"kind":"child","deep":{"er":false}}', NULL, 4102747208500000, 4102747210750000, NULL, 4102747210750000, 'COMPLETED', 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000c1
frozen child 1
frozen
odd
n
kind
deep
er
false
child
1', 17),
	('00000000-0000-0000-0000-0000000000c2', 24, 2, 'FAILED', 'Frozen child 2', 'frozen child 2', '["frozen","even"]', '{"n":2,"kind":"child"}', 'out of ice', 4102747208750000, 4102747211000000, NULL, 4102747211000000, 'FAILED', 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000c2
frozen child 2
frozen
even
n
kind
child
2', 14),
	('00000000-0000-0000-0000-0000000000c3', 25, 2, 'CANCELLED', 'Frozen child 3', 'frozen child 3', '["frozen","odd"]', '{"n":3,"kind":"child","deep":{"er":true}}', NULL, 4102747209000000, 4102747211250000, NULL, 4102747211250000, 'CANCELLED', 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000c3
frozen child 3
frozen
odd
n
kind
deep
er
true
child
3', 17),
	('00000000-0000-0000-0000-0000000000c4', 26, 3, 'ARCHIVED', 'Frozen child 4', 'frozen child 4', '["frozen","even"]', '{"n":4,"kind":"child"}', 'melted', 4102747209250000, 4102747211750000, NULL, 4102747211500000, 'FAILED', 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, '00000000-0000-0000-0000-0000000000c4
frozen child 4
frozen
even
n
kind
child
4', 14),
	('00000000-0000-0000-0000-0000000000b0', 18, 6, 'ACTIVE', 'Frozen', 'frozen', '["frozen","one"]', '{"ä":[1,0.5,null]}', NULL, 4102747207250000, 4102747213750000, 4102747210000000, NULL, NULL, 'KEEP_LATEST', 3, NULL, NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, '00000000-0000-0000-0000-0000000000b0
frozen
frozen
one
ä
0.5
1', 12),
	('00000000-0000-0000-0000-0000000000c0', 22, 5, 'ACTIVE', 'Frozen child 0', 'frozen child 0', '["frozen","even"]', NULL, NULL, 4102747208250000, 4102747214000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000c0
frozen child 0
frozen
even', 10),
	('00000000-0000-0000-0000-0000000000b1', 19, 5, 'ACTIVE', NULL, NULL, '[]', '{"a":{"b":1,"d":100000000000000000000}}', NULL, 4102747207500000, 4102747216500000, 4102747216500000, NULL, NULL, 'KEEP_DURATION', 3600, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000b1

a
b
d
100000000000000000000
1', 10),
	('00000000-0000-0000-0000-000000004003', 47, 1, 'ACTIVE', 'planned 0', 'planned 0', '["p"]', '{"n":0}', NULL, 4102747222000000, 4102747222000000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, '00000000-0000-0000-0000-000000002002', NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-000000004003
planned 0
p
n
0', 10),
	('00000000-0000-0000-0000-000000004004', 48, 1, 'ACTIVE', 'planned 1', 'planned 1', '["p"]', '{"n":1}', NULL, 4102747222250000, 4102747222250000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, '00000000-0000-0000-0000-000000002002', NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-000000004004
planned 1
p
n
1', 10),
	('00000000-0000-0000-0000-000000004005', 49, 1, 'ACTIVE', 'planned 2', 'planned 2', '["p"]', '{"n":2}', NULL, 4102747222500000, 4102747222500000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, '00000000-0000-0000-0000-000000002002', NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-000000004005
planned 2
p
n
2', 10),
	('00000000-0000-0000-0000-000000004006', 50, 1, 'ACTIVE', 'planned 3', 'planned 3', '["p"]', '{"n":3}', NULL, 4102747222750000, 4102747222750000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, '00000000-0000-0000-0000-000000002002', NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-000000004006
planned 3
p
n
3', 10),
	('00000000-0000-0000-0000-0000000000c5', 27, 2, 'PAUSED', 'Frozen child 5', 'frozen child 5', '["frozen","odd"]', '{"n":5,"kind":"child","deep":{"er":false}}', NULL, 4102747209500000, 4102747227750000, NULL, NULL, NULL, 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, '00000000-0000-0000-0000-0000000000c5
frozen child 5
frozen
odd
n
kind
deep
er
false
child
5', 17),
	('00000000-0000-0000-0000-0000000000c6', 28, 2, 'FAILED', 'Frozen child 6', 'frozen child 6', '["frozen","even"]', '{"n":6,"kind":"child"}', 'all at once', 4102747209750000, 4102747228250000, NULL, 4102747228250000, 'FAILED', 'KEEP_ALL', NULL, '00000000-0000-0000-0000-0000000000b0', NULL, 'questions', 4102444800000001, 'WORKFLOW', 'flow-1', 5, '00000000-0000-0000-0000-0000000000c6
frozen child 6
frozen
even
n
kind
child
6', 14),
	('00000000-0000-0000-0000-0000000000b2', 61, 1, 'ACTIVE', 'risen', 'risen', '[]', NULL, NULL, 4102747238500000, 4102747238500000, NULL, NULL, NULL, 'KEEP_ALL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000b2
risen', 6);



INSERT INTO public.runtime_inputs VALUES
	('other', 'in-2', 0, 'CONSUMED', NULL, NULL, 0, 0, NULL, NULL, NULL, 4102747203000000, 4102747205000000),
	('idle', 'in-9', 0, 'ACCEPTED', NULL, NULL, 0, 0, NULL, NULL, NULL, 4102747206000000, 4102747206000000),
	('agent', 'in-3', 1, 'ACCEPTED', NULL, NULL, 0, 0, NULL, NULL, NULL, 4102747206000000, 4102747206000000),
	('agent', 'in-1', 0, 'APPLIED', 'DURABLE', NULL, 1, 0, '{"a":0.5}', '00000000-0000-0000-0000-0000000000b0', 0, 4102747203000000, 4102747226750000),
	('second', 'in-1', 0, 'APPLIED', 'DURABLE', 'k', 1, 2, '{"a":0.5}', NULL, NULL, 4102747227000000, 4102747227500000);



INSERT INTO public.runtimes VALUES
	('other', NULL, '\x7b226d65737361676573223a5b5d7d', 1),
	('idle', 'IDLE', NULL, 1),
	('agent', NULL, '\x7b226d65737361676573223a5b312c325d7d', 2),
	('second', 'RECOVERING', NULL, 1);



INSERT INTO public.status_counts VALUES
	('COMPLETED', 1),
	('CANCELLED', 1),
	('ARCHIVED', 2),
	('PAUSED', 1),
	('FAILED', 3),
	('ACTIVE', 14);



INSERT INTO public.tag_counts VALUES
	('env:test', 1),
	('ü', 1),
	('late', 1),
	('planned', 1),
	('a', 3),
	('odd', 3),
	('even', 3),
	('frozen', 7),
	('one', 1),
	('p', 4);



INSERT INTO public.totals VALUES
	(2, '00000000-0000-0000-0000-0000000000a0', 0, 1, 2, 1, 1, 0, 1, '7bc8a57ca53235f8a86be78c85426f502a939d54052156b1cdd6c2525e528035', 0, '0000000000000000000000000000000000000000000000000000000000000000', 1, 0, 0, 0),
	(18, '00000000-0000-0000-0000-0000000000b0', 0, 9, 10, 6, 6, 0, 7, '46541e00d6ef39b74e2833f524e8ce24ed190155d6a9de960f05e355398e46fc', 0, '0000000000000000000000000000000000000000000000000000000000000000', 5, 2, 5, 5),
	(19, '00000000-0000-0000-0000-0000000000b1', 1, 0, 2, 0, 0, 0, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0, '0000000000000000000000000000000000000000000000000000000000000000', 0, 0, 0, 0),
	(59, '00000000-0000-0000-0000-0000000000b2', 0, 0, 1, 0, 0, 0, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0, '0000000000000000000000000000000000000000000000000000000000000000', 1, 1, 0, 0),
	(6, '00000000-0000-0000-0000-0000000000a1', 0, 3, 4, 2, 1, 1, 4, '4529d31519742647ae0bea8595ba855b5edf190dcdd054f7e3ad6ee760e87d94', 0, '0000000000000000000000000000000000000000000000000000000000000000', 1, 1, 2, 4),
	(1, 'default', 0, 0, 1, 0, 0, 0, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0, '0000000000000000000000000000000000000000000000000000000000000000', 1, 0, 0, 0),
	(5, '00000000-0000-0000-0000-0000000000a0', 1, 3, 6, 2, 1, 1, 4, '83a9ace9b4b744ba2655516e04c9e990884a7d6150f0aa7cb50b9df51fbc7990', 0, '0000000000000000000000000000000000000000000000000000000000000000', 1, 1, 2, 4);



INSERT INTO public.value_versions VALUES
	(2, 'key', 1, '1', 0, 4102747200000000),
	(5, 'a', 1, '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', 0, 4102747202000000),
	(5, 'a', 2, '2', 0, 4102747202000000),
	(5, 'b', 1, '"x"', 0, 4102747202000000),
	(5, 'a', 3, 'null', 0, 4102747203000000),
	(5, 'b', 2, 'null', 1, 4102747203000000),
	(5, 'b', 3, '1', 0, 4102747203000000),
	(5, 'b', 4, 'null', 1, 4102747203000000),
	(6, 'a', 1, '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', 0, 4102747204000000),
	(6, 'a', 2, '2', 0, 4102747204000000),
	(6, 'b', 1, '"x"', 0, 4102747204000000),
	(6, 'a', 3, 'null', 0, 4102747205000000),
	(6, 'b', 2, 'null', 1, 4102747205000000),
	(6, 'b', 3, '1', 0, 4102747205000000),
	(6, 'b', 4, 'null', 1, 4102747205000000),
	(1, 'k', 1, '{"z":0.10,"a":1000000000000000000000000000000,"ü ":["\"\\/\b",{"ä":null}],"n":-0.0,"e":1e+300}', 0, 4102747206000000),
	(18, 'v-0', 1, '{"n":0}', 0, 4102747217000000),
	(18, 'v-1', 1, '{"n":1}', 0, 4102747217000000),
	(18, 'v-2', 1, '{"n":2}', 0, 4102747217000000),
	(18, 'v-3', 1, '{"n":3}', 0, 4102747217000000),
	(18, 'v-4', 1, '{"n":4}', 0, 4102747217000000),
	(18, 'v-0', 2, 'null', 0, 4102747217250000),
	(18, 'w', 1, 'null', 0, 4102747217500000),
	(18, 'w', 2, 'null', 1, 4102747217750000),
	(59, 'k', 1, '1', 0, 4102747237750000);



SELECT pg_catalog.setval('public.totals_owner_seq', 1, false);



ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);



ALTER TABLE ONLY public.cells
    ADD CONSTRAINT pk_cells PRIMARY KEY (owner, name);



ALTER TABLE ONLY public.changes
    ADD CONSTRAINT pk_changes PRIMARY KEY (shard, seq);



ALTER TABLE ONLY public.documents
    ADD CONSTRAINT pk_documents PRIMARY KEY (owner, key_name);



ALTER TABLE ONLY public.events
    ADD CONSTRAINT pk_events PRIMARY KEY (owner, sequence);



ALTER TABLE ONLY public.feed_head
    ADD CONSTRAINT pk_feed_head PRIMARY KEY (shard);



ALTER TABLE ONLY public.items
    ADD CONSTRAINT pk_items PRIMARY KEY (owner, generation, item_id);



ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT pk_jobs PRIMARY KEY (id);



ALTER TABLE ONLY public.kept_answers
    ADD CONSTRAINT pk_kept_answers PRIMARY KEY (actor, mutation, key);



ALTER TABLE ONLY public.plans
    ADD CONSTRAINT pk_plans PRIMARY KEY (id);



ALTER TABLE ONLY public.receipt_heads
    ADD CONSTRAINT pk_receipt_heads PRIMARY KEY (runtime_id, owner);



ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT pk_receipts PRIMARY KEY (runtime_id, owner, sequence);



ALTER TABLE ONLY public.remains
    ADD CONSTRAINT pk_remains PRIMARY KEY (owner, generation);



ALTER TABLE ONLY public.results
    ADD CONSTRAINT pk_results PRIMARY KEY (owner, generation, item_id, retry_count);



ALTER TABLE ONLY public.run_tags
    ADD CONSTRAINT pk_run_tags PRIMARY KEY (tag, created_at, run_id);



ALTER TABLE ONLY public.run_values
    ADD CONSTRAINT pk_run_values PRIMARY KEY (owner, key_name);



ALTER TABLE ONLY public.runs
    ADD CONSTRAINT pk_runs PRIMARY KEY (id);



ALTER TABLE ONLY public.runtime_inputs
    ADD CONSTRAINT pk_runtime_inputs PRIMARY KEY (runtime_id, input_id);



ALTER TABLE ONLY public.runtimes
    ADD CONSTRAINT pk_runtimes PRIMARY KEY (runtime_id);



ALTER TABLE ONLY public.status_counts
    ADD CONSTRAINT pk_status_counts PRIMARY KEY (status);



ALTER TABLE ONLY public.tag_counts
    ADD CONSTRAINT pk_tag_counts PRIMARY KEY (tag);



ALTER TABLE ONLY public.totals
    ADD CONSTRAINT pk_totals PRIMARY KEY (owner);



ALTER TABLE ONLY public.value_versions
    ADD CONSTRAINT pk_value_versions PRIMARY KEY (owner, key_name, version);



ALTER TABLE ONLY public.changes
    ADD CONSTRAINT uq_changes_run_id_incarnation_version UNIQUE (run_id, incarnation, version);



CREATE INDEX ix_events_owner_stream_sequence ON public.events USING btree (owner, stream, sequence);



CREATE INDEX ix_jobs_created_at_id ON public.jobs USING btree (created_at, id);



CREATE INDEX ix_jobs_queue_created_at_id ON public.jobs USING btree (queue, created_at, id);



CREATE INDEX ix_jobs_queue_status_lease_expires_at_id ON public.jobs USING btree (queue, status, lease_expires_at, id);



CREATE INDEX ix_jobs_rank ON public.jobs USING btree (queue, status, priority DESC, run_at, created_at, id);



CREATE INDEX ix_jobs_run_id ON public.jobs USING btree (run_id);



CREATE INDEX ix_jobs_status_created_at_id ON public.jobs USING btree (status, created_at, id);



CREATE INDEX ix_kept_answers_created_at ON public.kept_answers USING btree (created_at);



CREATE INDEX ix_plans_created_at_id ON public.plans USING btree (created_at, id);



CREATE INDEX ix_receipt_heads_owner_runtime_id ON public.receipt_heads USING btree (owner, runtime_id);



CREATE INDEX ix_receipts_owner_created_at_sequence_runtime_id ON public.receipts USING btree (owner, created_at, sequence, runtime_id);



CREATE INDEX ix_receipts_owner_runtime_id_sequence ON public.receipts USING btree (owner, runtime_id, sequence);



CREATE INDEX ix_receipts_runtime_id_created_at_owner_sequence ON public.receipts USING btree (runtime_id, created_at, owner, sequence);



CREATE INDEX ix_results_id ON public.results USING btree (id);



CREATE INDEX ix_results_owner_generation_started_at_created_at_id ON public.results USING btree (owner, generation, started_at, created_at, id);



CREATE INDEX ix_results_owner_seq ON public.results USING btree (owner, seq);



CREATE INDEX ix_run_tags_run_id_tag ON public.run_tags USING btree (run_id, tag);



CREATE INDEX ix_runs_created_at_id ON public.runs USING btree (created_at, id) WHERE (status <> 'ARCHIVED'::text);



CREATE INDEX ix_runs_dataset_id_created_at_id ON public.runs USING btree (dataset_id, created_at, id) WHERE (dataset_id IS NOT NULL);



CREATE INDEX ix_runs_finished_at_id ON public.runs USING btree (finished_at, id);



CREATE INDEX ix_runs_parent_id_created_at_id ON public.runs USING btree (parent_id, created_at, id) WHERE (parent_id IS NOT NULL);



CREATE INDEX ix_runs_plan_id_created_at_id ON public.runs USING btree (plan_id, created_at, id) WHERE (plan_id IS NOT NULL);



CREATE INDEX ix_runs_status_created_at_id ON public.runs USING btree (status, created_at, id);



CREATE INDEX ix_runs_updated_at_id ON public.runs USING btree (updated_at, id);




