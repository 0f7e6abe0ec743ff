-- The labels that one of the roles may see, care 关怀 and statutory 法定 alike.
SELECT code, name_zh, name_en, label_group
FROM label
WHERE EXISTS (
    SELECT FROM label_audience a WHERE a.label_code = label.code AND a.role_code = ANY(%(roles)s))
ORDER BY sort, code
