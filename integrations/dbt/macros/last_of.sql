{% macro last_of(column) %}{{ return(adapter.dispatch('last_of', 'auscult')(column)) }}{% endmacro %}

{% macro default__last_of(column) %}{{ column }}[cardinality({{ column }})]{% endmacro %}

{% macro duckdb__last_of(column) %}{{ column }}[-1]{% endmacro %}
