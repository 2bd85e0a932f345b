-- Copies of manifests, receipts, headers and key objects become suspect and are checked as those of packs are, so they say why as well.

alter table object_presence add column code text check (length(code) <= 100);
grant update (code) on object_presence to holdfast_app, holdfast_worker;
