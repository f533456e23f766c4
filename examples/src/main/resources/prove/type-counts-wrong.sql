SELECT 'type_counts holds ' || counted || ', ' || applied || ' events were applied'
FROM (SELECT coalesce(sum(n), 0) AS counted FROM type_counts) AS counts,
     (SELECT count(*) AS applied FROM processed_events WHERE consumer_group = 'type-counts' AND outcome = 'applied') AS inbox
WHERE counted <> applied
