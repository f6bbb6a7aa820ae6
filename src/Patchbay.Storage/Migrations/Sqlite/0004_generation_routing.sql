-- How a request was routed, where its attempts do not tell all: the router that was asked for, and a JSON object.
ALTER TABLE generation ADD COLUMN router TEXT;
ALTER TABLE generation ADD COLUMN routing TEXT;
