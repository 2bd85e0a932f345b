-- Rows of transactions that may still be running lie above the oldest of them: what is below is complete, and comes after
-- everything that it builds on, because a row is written under the lock of what it images.
select company_id, seq, at, kind, payload::text as payload from outbox
where segment is null and xact < pg_snapshot_xmin(pg_current_snapshot())
order by seq limit $1
