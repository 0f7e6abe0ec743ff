"""Combined conditions 组合条件 and saved views 常用查询 on the desk; served by dashboards/pages."""
