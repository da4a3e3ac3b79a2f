# shellcheck shell=dash
# Sourced by job.sh: what is the same for every fault. A fault is tried one or more times; after each trial another
# line of text is put before the camera, and that line must be read. What became of it is one row of faults.tsv:
#   fault, from and to in ms, trials, recovered, ms from the end of the fault until the picture was taken that was read
#   next and until its text was told (the longest of each), bad pictures counted by glyphd, who must have received every
#   event, remark
# Which events were lost the host finds out, from told.txt and what was received.

# ms that glyphd has to read the next line of text, from the end of the fault. An emulated core is slow and shared.
PATIENCE=20000
ROWS=$OUT/faults.tsv
RECEIVERS="heard serial"

# Each picture in turn, by turns high and low in the picture, so that none is taken for the one before, read otherwise.
set_codes() {
    PICTURES=$(echo "/tmp/codes/"*."$1")
    KIND=$1 TURN=0
}
next_code() {
    # shellcheck disable=SC2086
    set -- $PICTURES
    shift $((TURN % $#))
    TURN=$((TURN + 1))
    PICTURE=$1
    TEXT=${PICTURE##*/} && TEXT=${TEXT%."$KIND"}
    TEXT="LOT ${TEXT#LOT_}"
}
# The next text is on view, and SHOWN is when.
show_next() {
    next_code
    SEEN=$(wc -l <$LOGS/heard.txt)
    show "$PICTURE"
    tick
    SHOWN=$NOW
}
# Before the USB camera.
show() {
    cp "$1" /tmp/view.new
    mv /tmp/view.new /tmp/view.jpg
}

# When the picture was taken in which TEXT was read, and when TEXT was heard, in ms; nothing if it was not since it was
# shown.
heard() {
    awk -v seen="$SEEN" -v text="\"text\":\"$TEXT\"" \
        'NR > seen && /"type":"line"/ && !/"event":"gone"/ && index($0, text) {
            latency = $0; sub(/.*"latency_ms":/, "", latency); print $1 - latency, $1; exit
        }' $LOGS/heard.txt
}

# What glyphd says of itself, by the name of a figure; nothing while it says nothing.
figure() {
    timeout 5 /tmp/glyphd status --json $SOCKET 2>/dev/null | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" | tail -n 1
}

begin() {
    FAULT=$1 TRIALS=0 RECOVERED=0 TAKEN=0 TOLD=0 REMARK=
    tick
    BEGUN=$NOW
    BAD=$(figure bad)
    LOGGED=$(log | wc -l)
    note "$FAULT"
}
# What glyphd logs.
log() { cat $OUT/glyphd.log 2>/dev/null; }
# Whether glyphd has warned since `begin`; whether it has counted bad pictures since. A fault that nobody notices may not
# have been one.
noticed() { log | tail -n +$((LOGGED + 1)) | grep -q 'WARN '; }
counted() { [ "$(figure bad)" -gt "${BAD:-0}" ]; }
# The fault is over since SHOWN, or since $1: what is on view must be read.
recovers() {
    over=${1:-$SHOWN}
    TRIALS=$((TRIALS + 1))
    while :; do
        # shellcheck disable=SC2046
        set -- $(heard)
        [ $# = 0 ] || break
        tick
        if [ $NOW -gt $((over + PATIENCE)) ] || ! running; then
            note "  $TEXT was not read"
            cp $LOGS/* $OUT/
            return
        fi
        sleep 0.1
    done
    [ $(($1 - over)) -le $TAKEN ] || TAKEN=$(($1 - over))
    [ $(($2 - over)) -le $TOLD ] || TOLD=$(($2 - over))
    RECOVERED=$((RECOVERED + 1))
}
# remark TEXT : what else is to be known of this fault, in the table
remark() { REMARK="$REMARK${REMARK:+; }$*"; }
# A trial counts as recovered only if this holds as well.
holds() {
    what=$1
    shift
    "$@" && return
    note "  does not hold: $what"
    remark "FAILED: $what"
    TRIALS=$((TRIALS + 1))
}
finish() {
    bad=$(figure bad)
    [ -z "$bad" ] || [ -z "$BAD" ] || [ "$bad" -lt "$BAD" ] || bad=$((bad - BAD))
    tick
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$FAULT" "$BEGUN" "$NOW" \
        "$TRIALS" "$RECOVERED" "$TAKEN" "$TOLD" "${bad:--}" "$RECEIVERS" "${REMARK:--}" >>$ROWS
    note "  recovered $RECOVERED of $TRIALS, at the longest $TAKEN ms to a picture, $TOLD ms to its text"
    # The rest can show nothing without it.
    running || die "glyphd has ended"
}

# repeat N COMMAND... ; EACH, where set, is used for each N
repeat() {
    trial=${EACH:-$1}
    shift
    while [ "$trial" -gt 0 ]; do
        "$@"
        trial=$((trial - 1))
    done
}
# Sleeps FROM to TO ms, at random.
pause() {
    ms=$(($1 + RANDOM % ($2 - $1 + 1)))
    sleep $((ms / 1000)).$(printf %03d $((ms % 1000)))
}
