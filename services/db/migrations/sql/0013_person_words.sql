-- What a person is looked for by. A name and its pinyin may be typed from any sign or syllable on,
-- so every ending is a word ('n'); initials likewise ('i'); an address by any two signs of it ('a').
-- The letter before keeps the three apart, and no word is empty.
CREATE FUNCTION person_words(name text, pinyin text, address text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(ARRAY(
        SELECT 'n' || lower(substr(name, i)) FROM generate_series(1, char_length(name)) i
        UNION ALL
        SELECT 'n' || array_to_string(s[i:], '')
        FROM string_to_array(pinyin, ' ') s, generate_series(1, cardinality(s)) i
        UNION ALL
        SELECT 'i' || (SELECT string_agg(left(x, 1), '' ORDER BY n) FROM unnest(s[i:]) WITH ORDINALITY u (x, n))
        FROM string_to_array(pinyin, ' ') s, generate_series(1, cardinality(s)) i
        UNION ALL
        SELECT 'a' || lower(substr(address, i, 2)) FROM generate_series(1, char_length(address) - 1) i))
$$;

ALTER TABLE person ADD words tsvector
    GENERATED ALWAYS AS (person_words(name, name_pinyin, address)) STORED;
CREATE INDEX ix_person_words ON person USING gin (words);
