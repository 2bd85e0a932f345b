select (select count(*) from company) as companies, (select count(*) from person) as people, (select count(*) from machine) as machines,
  (select count(*) from snapshot) as snapshots, (select count(*) from pack where state in ('live', 'quarantined')) as packs,
  (select count(*) from key_object) as "keyObjects"
