# Texts people see, in English. `ko.ftl` has the same keys (tested).

## Units

unit-d = d
unit-h = h
unit-lots = lots
unit-lots-per-d = lots/d
unit-wafers-per-week = wafers/week
unit-windows = windows
unit-currency = currency
unit-passes-per-lot = passes/lot
unit-steps = steps

## Figures of merit

kpi-cycle-time = Cycle time
    .about = Mean time from release to the end of the route, over lots released after the warm-up.
kpi-cycle-time-p95 = Cycle time, 95 % quantile
    .about = 95 of 100 counted lots are faster than this.
kpi-x-factor = X-factor
    .about = Cycle time over expected raw process time.
kpi-on-time = On time
    .about = Share of counted lots that finished by their due date.
kpi-finished-lots = Finished lots
    .about = Lots released after the warm-up and finished before the end of the run.
kpi-throughput = Throughput
    .about = Lots finished per day of the counted window.
kpi-wafers-per-week = Wafer output
    .about = Wafers of finished lots per seven days.
kpi-wip = Work in progress
    .about = Lots in work, averaged over the counted window.
kpi-utilization = Utilisation
    .about = Productive and setup time over the time the tools are neither in maintenance nor broken down.
kpi-busy = Busy
    .about = Productive and setup time over all time.
kpi-productive = Productive
    .about = Load, process and unload over all time.
kpi-setup = Setup
    .about = Setup over all time.
kpi-standby = Standby
    .about = Ready, but no lot waits.
kpi-held = Held
    .about = Ready and lots wait, but the batch is too small or an operator, reticle or reservation is missing.
kpi-blocked = Blocked
    .about = Finished lots cannot leave because the next queue is full.
kpi-pm = Maintenance
    .about = Scheduled down, waiting for the crew included.
kpi-down = Breakdown
    .about = Unscheduled down, waiting for the crew included.
kpi-oee = OEE
    .about = Availability × performance × quality after SEMI E79; the exact terms are in docs/KPI.md.
kpi-queue-time = Queue time
    .about = Mean wait from arrival in the queue to the start of the job.
kpi-queue-length = Queue length
    .about = Lots waiting, averaged over the counted window.
kpi-cqt-violations = Late queue time windows
    .about = Critical queue time windows closed too late.
kpi-cqt-violation-rate = Late share of queue time windows
    .about = Share of critical queue time windows closed too late.
kpi-cqt-cost = Cost of late windows
    .about = Cost of critical queue time violations in the scene's currency.
kpi-rework = Rework
    .about = Times a counted lot went back for rework.
kpi-scrapped = Scrapped lots
    .about = Lots scrapped in the counted window.
kpi-lost = Lost lots
    .about = Lots turned away by a full queue.
kpi-lot-steps = Lot-steps
    .about = Steps done in the whole run.

## Tool states after SEMI E10

state-productive = Productive
state-setup = Setup
state-standby = Standby
state-held = Held: lots wait
state-blocked = Blocked
state-pm = Scheduled down
state-down = Unscheduled down
state-engineering = Engineering
state-non-scheduled = Non-scheduled

## Causes of a lot's hours

cause-queue = Queue
cause-batch = Batch fill
cause-hold = Hold
cause-setup = Setup
cause-process = Process
cause-breakdown = Breakdown
cause-transport = Transport
cause-rework = Rework passes
cause-unrecorded = Before, after, between

## Report

report-kind = Run report
report-seed = Seed
report-version = Version
report-replications = Replications
report-horizon = Simulated time
report-warmup = of it warm-up
report-confidence = Confidence
report-digest = Digest
report-assumed = Assumed inputs
report-assumed-note = The results rest on these values too; none of them was measured.
report-findings = Findings
report-headline = Whole plant
report-interval = ± is half of the { $confidence } % confidence interval of the mean over { $n } replications.
report-no-interval = One replication has no interval.
report-no-values = Nothing happened in this run that could be shown here.
report-top = The { $n } highest of { $all }; all are in the table below.
report-copy = Copy as TSV
report-copied = Copied
report-sort = Sort by this column
report-day = Simulated day
report-warmup-label = warm-up
report-mean = mean
report-p95 = 95 %
report-definitions = What the figures mean
report-footer = Made on this machine by Geoul; the page fetches nothing.
chart-wip = Work in progress over time
chart-throughput = Throughput over time
chart-cycle = Cycle time by lot type
chart-cycle-axis = Cycle time, d
chart-utilization = Utilisation of available time, by tool group
chart-states = Where tool time goes
chart-queue = Queue time by tool group
chart-share = Share of time, %
chart-gantt = Path of lot { $lot }
chart-gantt-axis = Days since release
chart-hours = Where its { $days } days went
gantt-wait = Waiting
gantt-process = Setup and process
gantt-down = Breakdown inside
table-lots = By lot type and product
table-groups = By tool group
table-cqt = Critical queue times
table-checks = Checks
col-name = Name
col-kind = Kind
col-area = Area
col-tools = Tools
col-route = Route
col-from = From step
col-to = To step
col-limit = Limit
col-closed = Closed
col-late = Late
col-cost = Cost
col-check = Check
col-verdict = Verdict
col-demanded = Demanded
col-seen = Seen
col-bound = Bound
col-cause = Cause
col-hours = Time
col-share = Share
col-steps = Steps
kind-lot-type = lot type
kind-product = product
check-passed = ✓ passed
check-failed = ✕ failed
check-min = at least { $value }
check-max = at most { $value }
check-range = { $low } to { $high }
check-at = at { $confidence } % confidence

## Findings in sentences

say-bottleneck = The bottleneck is { $group }: its tools work { $value } % of the time they are available. Next is { $next } with { $second } %.
say-bottleneck-one = The bottleneck is { $group }: its tools work { $value } % of the time they are available.
say-cycle = A lot takes { $value } days on average; 95 of 100 are done within { $p95 } days.
say-on-time = { $value } % of the lots with a due date finish on time.
say-on-time-worst = { $value } % of the lots with a due date finish on time; { $lot } is worst with { $worst } %.
say-steady = Work in progress is steady: it changes by { $value } % over the counted window.
say-rising = Work in progress is not steady: it rises by { $value } % over the counted window. More goes in than comes out, so every figure here depends on the length of the run.
say-falling = Work in progress is not steady: it changes by { $value } % over the counted window. A longer warm-up would leave the run-in out of the figures.
say-cqt = { $value } % of the critical queue time windows close too late.
say-checks-passed = All { $n } checks of the scene passed.
say-checks-failed = { $failed } of { $n } checks of the scene failed.
say-nothing = No lot finished within the counted window; run longer or shorten the warm-up.

## Command line

cli-remaining = remaining
cli-cycle-time = Cycle time
cli-interval = Interval of B − A
cli-top = The { $n } busiest of { $all }; all are in the report.
cli-took = { $replications } replications, { $steps } lot-steps in { $seconds } s
cli-warmup-shortened = note: the scene's warm-up does not fit into { $days } d; it is shortened in proportion to { $warmup } d (--warmup-days sets it)
cli-interrupted = interrupted: { $n } of { $of } replications are finished; the results are theirs
cli-interrupted-none = interrupted before any replication was finished: nothing is written
cli-stale = note: { $file } is of an earlier run; this one had no --trace steps
cli-compare-note = { $n } pairs with the same luck; of { $all } figures those of the plant and those that differ. Intervals of each figure by itself at { $confidence } %; verdicts hold for all figures together (Holm).
verdict-better = better
verdict-worse = worse
verdict-higher = higher
verdict-lower = lower
verdict-none = no difference shown

## Lithography (cli/litho)

litho-contour = dose { $dose }
litho-dose = dose { $dose }
litho-dose-high = highest dose
litho-dose-low = lowest dose
litho-axis-focus = Defocus (nm)
litho-axis-cd = Size (nm)
litho-axis-dose = Relative dose
litho-image-done = { $side } nm imaged from { $points } source points, intensity { $low } to { $high }; written to { $dir }
litho-cd = Size at focus 0 and dose 1
litho-nils = Normalised image log-slope (NILS)
litho-latitude = Largest exposure latitude
litho-dof = Depth of focus at 5 % latitude
litho-l2 = Print differs from target (L2)
litho-pvb = Process variation band (PVB)
litho-epe = Edge placement violations (EPE)
litho-printed = Printed area
litho-target = Target area
litho-shots = Rectangles of the mask
litho-rules = Mask rule violations
litho-seconds = Time
