-- The probable grid of every incoming row. The first that holds:
--   building  the end of its address is a building's name or address. What stands before must end
--             like a place, and a town or village named there must be the building's own.
--   known     an active entry has the same id number or licence: the one confirmed last.
--   name      an active entry of that name is in the village named, all such in one grid.
--   village   one village is named.
--   none      the county.
-- Addresses are compared plain; each different one is looked up once.
CREATE TEMP TABLE routed ON COMMIT DROP AS
WITH place AS MATERIALIZED (
    SELECT d.village, d.address, address_plain(d.village) || address_plain(d.address) AS plain,
        CASE
            WHEN address_plain(d.address) = '' THEN ''
            ELSE address_plain(d.village) || address_building(address_plain(d.address))
        END AS key
    FROM (SELECT DISTINCT village, address FROM incoming) AS d
),

upper AS MATERIALIZED (
    SELECT id, level, path, address_plain(name) AS name
    FROM grid WHERE level IN (2, 3) AND valid_to IS NULL
),

named AS MATERIALIZED (
    SELECT p.plain,
        coalesce(array_agg(u.id) FILTER (WHERE u.level = 2), '{}') AS towns,
        coalesce(array_agg(u.id) FILTER (WHERE u.level = 3), '{}') AS villages
    FROM (SELECT DISTINCT plain FROM place) AS p
    INNER JOIN upper AS u ON position(u.name IN p.plain) > 0
    GROUP BY p.plain
),

village AS MATERIALIZED (
    SELECT n.plain, min(u.id) AS id
    FROM named AS n
    INNER JOIN upper AS u
        ON u.id = ANY(n.villages) AND (n.towns = '{}' OR u.path[2] = ANY(n.towns))
    GROUP BY n.plain
    HAVING count(*) = 1
),

ending AS MATERIALIZED (
    SELECT p.plain, p.key, right(p.key, n) AS words
    FROM (SELECT DISTINCT plain, key FROM place) AS p,
        generate_series(3, length(p.key)) AS n
    WHERE n = length(p.key)
        OR left(p.key, length(p.key) - n) ~ '[省市县区旗镇乡道村组屯路街巷号社委会]$'
),

stood AS MATERIALIZED (
    SELECT DISTINCT b.id, b.grid_id, g.path, address_building(address_plain(v.words)) AS words
    FROM building AS b
    INNER JOIN grid AS g ON g.id = b.grid_id
    CROSS JOIN LATERAL (VALUES (b.name), (b.address)) AS v (words)
),

hit AS (
    SELECT e.plain, s.id, s.grid_id, length(e.words) AS n,
        max(length(e.words)) OVER (PARTITION BY e.plain) AS best
    FROM ending AS e
    INNER JOIN stood AS s ON s.words = e.words
    LEFT JOIN named AS n ON n.plain = e.plain
    WHERE coalesce(n.towns = '{}' OR s.path && n.towns, true)
        AND coalesce(n.villages = '{}' OR s.path && n.villages, true)
),

building AS MATERIALIZED (
    SELECT plain, min(id) AS id, min(grid_id) AS grid_id
    FROM hit WHERE n = best
    GROUP BY plain
    HAVING count(DISTINCT id) = 1
),

house AS MATERIALIZED (
    SELECT p.village, p.address, min(h.id) AS id
    FROM place AS p
    INNER JOIN building AS b ON b.plain = p.plain
    CROSS JOIN LATERAL (SELECT substr(p.plain, length(p.key) + 1) AS rest) AS r
    CROSS JOIN LATERAL (
        SELECT CAST(substring(r.rest FROM '^([0-9]{1,2})单元') AS int) AS unit,
            substring(r.rest FROM '([0-9]{3,4})[室房号]?$') AS room
    ) AS door
    INNER JOIN house AS h
        ON h.building_id = b.id AND h.status = 'active' AND h.room = door.room
            AND (door.unit IS NULL OR h.unit = door.unit)
    GROUP BY p.village, p.address
    HAVING count(*) = 1
),

known AS MATERIALIZED (
    SELECT DISTINCT ON (k.row_no) k.row_no, k.grid_id
    FROM (
        SELECT i.row_no, p.grid_id, p.confirmed_on AS seen, p.id
        FROM incoming AS i
        INNER JOIN person AS p ON p.id_hash = i.id_hash AND p.status = 'active'
        UNION ALL
        SELECT i.row_no, p.grid_id, p.last_check_on, p.id
        FROM incoming AS i
        INNER JOIN premises AS p ON p.licence = i.licence AND p.status = 'active'
    ) AS k
    ORDER BY k.row_no, k.seen DESC NULLS LAST, k.id DESC
),

called AS MATERIALIZED (
    SELECT i.row_no, min(e.grid_id) AS grid_id
    FROM incoming AS i
    INNER JOIN place AS p ON p.village = i.village AND p.address = i.address
    INNER JOIN village AS v ON v.plain = p.plain
    INNER JOIN (
        SELECT name, grid_id FROM person WHERE status = 'active' AND :people
        UNION ALL
        SELECT name, grid_id FROM premises WHERE status = 'active' AND NOT :people
    ) AS e ON e.name = i.name
    INNER JOIN grid AS g ON g.id = e.grid_id AND g.path[3] = v.id
    WHERE i.name <> ''
    GROUP BY i.row_no
    HAVING count(DISTINCT e.grid_id) = 1
)

SELECT i.row_no, b.id AS building_id, h.id AS house_id,
    coalesce(b.grid_id, k.grid_id, c.grid_id, v.id, CAST(:root AS bigint)) AS grid_id,
    CASE
        WHEN b.id IS NOT NULL THEN 'building'
        WHEN k.grid_id IS NOT NULL THEN 'known'
        WHEN c.grid_id IS NOT NULL THEN 'name'
        WHEN v.id IS NOT NULL THEN 'village'
        ELSE 'none'
    END AS confidence
FROM incoming AS i
INNER JOIN place AS p ON p.village = i.village AND p.address = i.address
LEFT JOIN building AS b ON b.plain = p.plain
LEFT JOIN house AS h ON h.village = p.village AND h.address = p.address
LEFT JOIN known AS k ON k.row_no = i.row_no
LEFT JOIN called AS c ON c.row_no = i.row_no
LEFT JOIN village AS v ON v.plain = p.plain
