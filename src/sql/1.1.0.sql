--
-- New in 1.1.0
--

CREATE FUNCTION leadconv.track_history()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_track_history'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.track_history IS 'AFTER UPDATE: keeps the history of a lead or an opportunity';
