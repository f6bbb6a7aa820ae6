-- Tells all nodes whose funds have changed, so that what was frozen, taken back or ended is not spent of their slices.
CREATE FUNCTION credit_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_change('credits', NEW.organization_id::text);
  RETURN NULL;
END
$$;

CREATE TRIGGER credit_changed AFTER INSERT ON credit_transaction FOR EACH ROW EXECUTE FUNCTION credit_changed();
