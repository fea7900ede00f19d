-- How far the archive of orders is: one row a partition, kept for good, so that a run that was killed is taken up where
-- it was and nothing is archived twice. Days are counted since 1970; the checksum is that of `archive/sums.py`.
create table if not exists archived_partitions (
    partition text        primary key,
    first_day integer     not null,
    end_day   integer     not null check (end_day > first_day),
    step      text        not null check (step in ('sealed', 'exported', 'verified', 'detached', 'dropped')),
    orders    bigint      not null check (orders >= 0),
    checksum  numeric     not null,
    bytes     bigint      not null,          -- of the table with its indexes, when it was sealed
    changed   timestamptz not null default now()
);

-- A sealed partition is closed to everybody, also to its owner and to writes that come through `orders`, for which
-- privileges on the partition would not be asked, nor triggers of whole statements be fired.
create or replace function refuse_write_to_sealed() returns trigger language plpgsql as $$
begin
    raise exception '% is sealed: its orders are on their way to the archive', tg_table_name
        using errcode = 'read_only_sql_transaction';
end $$;
