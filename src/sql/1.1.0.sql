--
-- New in 1.1.0
--

CREATE FUNCTION leadconv.is_blank(value text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'leadconv_is_blank'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION leadconv.is_blank IS 'Whether a text is empty or has nothing but blanks, which counts as not given';

CREATE FUNCTION leadconv.track_history()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_track_history'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.track_history IS 'AFTER UPDATE: keeps the history of a lead or an opportunity';
