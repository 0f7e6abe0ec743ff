-- The rows of a file on their way in, of either register; gone with the transaction.
CREATE TEMP TABLE incoming (
    row_no int PRIMARY KEY, name text NOT NULL, address text NOT NULL, village text NOT NULL,
    class text, sex text, birth_date date, id_kind text, id_enc bytea, id_hash bytea,
    phone_enc bytea, licence text, kind text, in_charge text, floor_area_m2 float8,
    employees smallint
) ON COMMIT DROP
