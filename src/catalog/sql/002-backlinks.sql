-- Who links here is counted and paged from one index, without looking at the records that do.

-- Type of the record that links; empty while it is a draft, which is nobody's backlink.
ALTER TABLE record_link ADD COLUMN from_type TEXT NOT NULL DEFAULT '';
UPDATE record_link SET from_type =
    (SELECT CASE record.status WHEN 'published' THEN record.type ELSE '' END FROM record
      WHERE record.id = record_link.from_id);
DROP INDEX record_link_target;
CREATE INDEX record_link_target ON record_link (to_id, role, field, from_type, from_id) WHERE to_id IS NOT NULL;
