# shellcheck shell=bash
# Sourced by the bench: what is made of the times, and what was promised.

# masked_values - how many values the rules change.
masked_values() {
    query "SELECT 3 * ((SELECT COUNT(*) FROM production.people) + (SELECT COUNT(*) FROM production.documents)
        + (SELECT COUNT(*) FROM production.orders) + (SELECT COUNT(*) FROM production.order_lines))"
}

# stored_sizes - what each tool stored, in MiB.
stored_sizes() {
    stored=$(cd "$folder/run" && du -sm store production.sql.gz mydumper | awk '{ printf "%s%s %s MiB", (NR > 1 ? ", " : ""), $2, $1 }')
}

# report - the tables, and every promise beside what came of it.
report() {
    printf '\n%s MiB of MariaDB %s, medians of %s pairs; ratio: how many times as fast as the first line.\n' \
        "$size_mib" "$(query 'SELECT VERSION()')" "$ROUNDS"
    echo "Weir also proves every row and foreign key and keeps the live copy in use; the others do none of it."
    echo "settings: ${SETTINGS[*]}"
    echo "stored: $stored"
    table "$size_mib" "mariadb-dump | gzip -1" "mariadb-dump | gzip -1" "mydumper -t2 -c" "weir backup"
    table "$size_mib" "gzip -d | mariadb" "gzip -d | mariadb" "myloader -t2" "weir restore" "weir restore, masked"
    report_backup
    report_restore
    report_memory
    report_masking
}

report_backup() {
    local dump mydumper
    dump=$(median_ratio "weir backup" "mariadb-dump | gzip -1")
    mydumper=$(median_ratio "weir backup" "mydumper -t2 -c")
    printf 'backup: %.2f times as fast as mariadb-dump | gzip -1 (1.5 promised), %.2f times as mydumper (1)\n' "$dump" "$mydumper"
    promise "$dump >= 1.5" "backup is only $dump times as fast as mariadb-dump | gzip -1"
    promise "$mydumper >= 1" "backup is only $mydumper times as fast as mydumper"
}

report_restore() {
    local client myloader
    client=$(median_ratio "weir restore" "gzip -d | mariadb")
    myloader=$(median_ratio "weir restore" "myloader -t2")
    printf 'restore: %.2f times as fast as gzip -d | mariadb (2 promised), %.2f times as myloader (1.25)\n' "$client" "$myloader"
    promise "$client >= 2" "restore is only $client times as fast as gzip -d | mariadb"
    promise "$myloader >= 1.25" "restore is only $myloader times as fast as myloader"
}
