-- The records of a type in the order in which they were changed, and those that were merged into one.
CREATE INDEX record_type_seq ON record (type, seq);
CREATE INDEX record_merged ON record (merged_into) WHERE merged_into IS NOT NULL;
