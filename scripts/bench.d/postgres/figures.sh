# shellcheck shell=bash
# Sourced by the bench: what is made of the times, and what was promised.

# masked_values - how many values the rules change.
masked_values() {
    sql production "SELECT 3 * ((SELECT count(*) FROM people) + (SELECT count(*) FROM documents)
        + (SELECT count(*) FROM orders) + (SELECT count(*) FROM order_lines))"
}

# stored_sizes - what each tool stored, in MiB.
stored_sizes() {
    stored=$(cd "$folder/run" && du -sm store custom.dump directory.dump | awk '{ printf "%s%s %s MiB", (NR > 1 ? ", " : ""), $2, $1 }')
}

# report - the tables, and every promise beside what came of it.
report() {
    printf '\n%s MiB of %s, medians of %s pairs; ratio: how many times as fast as the first line.\n' \
        "$size_mib" "$(psql --version)" "$ROUNDS"
    echo "Weir also proves every row, keeps the live copy in use, and analyses; the others do none of it."
    echo "settings: $(sql postgres "SELECT string_agg(name || '=' || setting || coalesce(' ' || unit, ''), ', ' ORDER BY name)
        FROM pg_settings WHERE sourcefile LIKE '%auto.conf'")"
    echo "stored: $stored"
    table "$size_mib" "pg_dump -Fc -Z1 | cat" "pg_dump -Fc -Z1 | cat" "pg_dump -Fd -j2 -Z1" "weir backup"
    table "$size_mib" "pg_restore -f - | psql" "pg_restore -f - | psql" "${parallel_tools[@]}" "weir restore" "weir restore, masked"
    report_backup
    report_restore
    report_memory
    report_masking
}

report_backup() {
    local custom directory
    custom=$(median_ratio "weir backup" "pg_dump -Fc -Z1 | cat")
    directory=$(median_ratio "weir backup" "pg_dump -Fd -j2 -Z1")
    printf 'backup: %.2f times as fast as pg_dump -Fc (1.6 promised), %.2f times as pg_dump -Fd -j2 (1)\n' "$custom" "$directory"
    promise "$custom >= 1.6" "backup is only $custom times as fast as pg_dump -Fc"
    promise "$directory >= 1" "backup is only $directory times as fast as pg_dump -Fd -j2"
}

report_restore() {
    local mine path half best
    mine=$(median_seconds "weir restore")
    path=$(figure "$(median_seconds "rows of documents") + $(median_seconds "its longest index")")
    half=$(figure "$(median_seconds "pg_restore -f - | psql") / 2")
    best=$(for tool in "${parallel_tools[@]}"; do median_seconds "$tool"; done | sort -n | head -n 1)
    printf 'critical path: rows of documents %s s, its longest index %s s\n' \
        "$(median_seconds "rows of documents")" "$(median_seconds "its longest index")"
    printf 'restore: %s s; half of psql %s s, critical path x 1.15 %s s, best parallel / 1.25 %s s\n' \
        "$mine" "$half" "$(figure "$path * 1.15")" "$(figure "$best / 1.25")"
    promise "$mine <= $half" "restore takes $mine s, half of pg_restore | psql is $half s"
    promise "$mine <= $path * 1.15" "restore takes $mine s, the critical path is $path s"
    promise "$mine <= $best / 1.25 || $mine <= $path * 1.15" "restore takes $mine s, the best parallel tool $best s"
}
