# 사용자가 보는 글, 한국어. `en.ftl`과 같은 키를 갖는다(시험으로 확인).

## 단위

unit-d = 일
unit-h = 시간
unit-lots = 로트
unit-lots-per-d = 로트/일
unit-wafers-per-week = 장/주
unit-windows = 건
unit-currency = 통화
unit-passes-per-lot = 회/로트
unit-steps = 공정

## 지표

kpi-cycle-time = 사이클 타임
    .about = 워밍업 이후 투입된 로트가 투입부터 라우트 완료까지 걸린 평균 시간입니다.
kpi-cycle-time-p95 = 사이클 타임 95 % 분위
    .about = 집계 로트 100개 중 95개가 이 시간 안에 끝납니다.
kpi-x-factor = X 팩터
    .about = 사이클 타임을 순수 공정 시간(기댓값)으로 나눈 값입니다.
kpi-on-time = 납기 준수율
    .about = 집계 로트 가운데 납기 안에 끝난 비율입니다.
kpi-finished-lots = 완료 로트
    .about = 워밍업 이후 투입되어 실행이 끝나기 전에 완료된 로트 수입니다.
kpi-throughput = 처리량
    .about = 집계 구간에서 하루에 완료된 로트 수입니다.
kpi-wafers-per-week = 웨이퍼 생산량
    .about = 완료된 로트의 웨이퍼 수를 7일 기준으로 환산한 값입니다.
kpi-wip = 재공(WIP)
    .about = 집계 구간 동안 진행 중인 로트 수의 시간 평균입니다.
kpi-utilization = 가동률
    .about = 정비와 고장을 뺀 가용 시간 중 생산과 셋업에 쓰인 비율입니다.
kpi-busy = 점유율
    .about = 전체 시간 중 생산과 셋업에 쓰인 비율입니다.
kpi-productive = 생산
    .about = 전체 시간 중 로드, 공정, 언로드에 쓰인 비율입니다.
kpi-setup = 셋업
    .about = 전체 시간 중 셋업에 쓰인 비율입니다.
kpi-standby = 대기
    .about = 설비는 준비되었으나 기다리는 로트가 없는 시간의 비율입니다.
kpi-held = 보류 대기
    .about = 로트가 기다리지만 배치 미달, 작업자·레티클 부재, 예약 등으로 시작하지 못하는 시간의 비율입니다.
kpi-blocked = 막힘
    .about = 다음 대기열이 가득 차서 완료 로트를 내보내지 못하는 시간의 비율입니다.
kpi-pm = 예방정비
    .about = 계획 정지 시간의 비율이며 정비 인력 대기를 포함합니다.
kpi-down = 고장
    .about = 돌발 정지 시간의 비율이며 정비 인력 대기를 포함합니다.
kpi-oee = OEE
    .about = SEMI E79의 가용률 × 성능 × 품질입니다. 정확한 정의는 docs/KPI.md에 있습니다.
kpi-queue-time = 대기 시간
    .about = 대기열 도착부터 작업 시작까지 걸린 평균 시간입니다.
kpi-queue-length = 대기열 길이
    .about = 기다리는 로트 수의 시간 평균입니다.
kpi-cqt-violations = 큐타임 초과
    .about = 한계를 넘겨 끝난 임계 대기 시간(CQT) 구간의 수입니다.
kpi-cqt-violation-rate = 큐타임 초과율
    .about = 임계 대기 시간 구간 중 한계를 넘긴 비율입니다.
kpi-cqt-cost = 큐타임 초과 비용
    .about = 임계 대기 시간 초과로 생긴 비용이며 통화는 장면 파일을 따릅니다.
kpi-rework = 재작업
    .about = 집계 로트 하나가 재작업으로 되돌아간 평균 횟수입니다.
kpi-scrapped = 폐기 로트
    .about = 집계 구간에 폐기된 로트 수입니다.
kpi-lost = 유실 로트
    .about = 대기열이 가득 차서 받지 못한 로트 수입니다.
kpi-lot-steps = 로트 공정 수
    .about = 전체 실행에서 수행된 공정 수입니다.

## 설비 상태(SEMI E10)

state-productive = 생산
state-setup = 셋업
state-standby = 대기
state-held = 보류 대기
state-blocked = 막힘
state-pm = 계획 정지
state-down = 돌발 정지
state-engineering = 엔지니어링
state-non-scheduled = 비계획 시간

## 로트 시간의 원인

cause-queue = 설비 대기
cause-batch = 배치 대기
cause-hold = 보류
cause-setup = 셋업
cause-process = 공정
cause-breakdown = 설비 고장
cause-transport = 반송
cause-rework = 재작업
cause-unrecorded = 기록 없음

## 보고서

report-kind = 실행 보고서
report-seed = 시드
report-version = 버전
report-replications = 반복 횟수
report-horizon = 모의 기간
report-warmup = 그중 워밍업
report-confidence = 신뢰 수준
report-digest = 다이제스트
report-assumed = 가정한 입력
report-assumed-note = 아래 값은 측정값이 아니며, 모든 결과는 이 값들에 의존합니다.
report-findings = 요약
report-headline = 공장 전체
report-interval = ±는 반복 { $n }회 평균의 { $confidence } % 신뢰구간 반폭입니다.
report-no-interval = 반복이 1회이므로 신뢰구간이 없습니다.
report-no-values = 이 실행에는 여기에 보일 내용이 없습니다.
report-top = 전체 { $all }개 중 상위 { $n }개입니다. 나머지는 아래 표에 있습니다.
report-copy = TSV로 복사
report-copied = 복사됨
report-sort = 이 열로 정렬
report-day = 모의 일자
report-warmup-label = 워밍업
report-mean = 평균
report-p95 = 95 %
report-definitions = 지표의 뜻
report-footer = 이 컴퓨터에서 Geoul이 만들었으며 외부에서 아무것도 불러오지 않습니다.
chart-wip = 시간에 따른 재공
chart-throughput = 시간에 따른 처리량
chart-cycle = 로트 유형별 사이클 타임 분포
chart-cycle-axis = 사이클 타임, 일
chart-utilization = 설비군별 가동률(가용 시간 기준)
chart-states = 설비 시간 구성
chart-queue = 설비군별 대기 시간
chart-share = 시간 비율, %
chart-gantt = 로트 { $lot }의 경로
chart-gantt-axis = 투입 후 일수
chart-hours = { $days }일이 쓰인 곳
gantt-wait = 대기
gantt-process = 셋업·공정
gantt-down = 진행 중 고장
table-lots = 로트 유형·제품별
table-groups = 설비군별
table-cqt = 임계 대기 시간(CQT)
table-checks = 검사
col-name = 이름
col-kind = 구분
col-area = 구역
col-tools = 대수
col-route = 라우트
col-from = 시작 공정
col-to = 종료 공정
col-limit = 한계
col-closed = 종료 건수
col-late = 초과율
col-cost = 비용
col-check = 검사
col-verdict = 판정
col-demanded = 요구
col-seen = 결과
col-bound = 경계값
col-cause = 원인
col-hours = 소요
col-share = 비율
col-steps = 공정 수
kind-lot-type = 로트 유형
kind-product = 제품
check-passed = ✓ 통과
check-failed = ✕ 실패
check-min = { $value } 이상
check-max = { $value } 이하
check-range = { $low } ~ { $high }
check-at = 신뢰 수준 { $confidence } %

## 문장으로 쓴 결과

say-bottleneck = 병목은 { $group }입니다. 가용 시간의 { $value } %를 일합니다. 다음은 { $next }로 { $second } %입니다.
say-bottleneck-one = 병목은 { $group }입니다. 가용 시간의 { $value } %를 일합니다.
say-cycle = 로트 하나는 평균 { $value }일 걸리고, 100개 중 95개는 { $p95 }일 안에 끝납니다.
say-on-time = 납기가 있는 로트의 { $value } %가 제때 끝납니다.
say-on-time-worst = 납기가 있는 로트의 { $value } %가 제때 끝납니다. 가장 낮은 유형은 { $lot }이며 { $worst } %입니다.
say-steady = 재공은 안정적입니다. 집계 구간 동안 { $value } % 변했습니다.
say-rising = 재공이 안정적이지 않습니다. 집계 구간 동안 { $value } % 늘었습니다. 투입이 산출보다 많으므로 아래 수치는 모두 실행 길이에 따라 달라집니다.
say-falling = 재공이 안정적이지 않습니다. 집계 구간 동안 { $value } % 변했습니다. 워밍업을 늘리면 초기 구간의 영향이 빠집니다.
say-cqt = 임계 대기 시간 구간의 { $value } %가 한계를 넘깁니다.
say-checks-passed = 장면의 검사 { $n }건을 모두 통과했습니다.
say-checks-failed = 장면의 검사 { $n }건 중 { $failed }건이 실패했습니다.
say-nothing = 집계 구간에 완료된 로트가 없습니다. 더 오래 실행하거나 워밍업을 줄이십시오.

## 명령줄

cli-remaining = 남은 시간
cli-cycle-time = 사이클 타임
cli-interval = B − A의 구간
cli-top = { $all }개 중 가동률이 높은 { $n }개입니다. 전체는 보고서에 있습니다.
cli-took = 반복 { $replications }회, 로트 스텝 { $steps }개, { $seconds }초
cli-warmup-shortened = 참고: 장면의 워밍업이 { $days }일 안에 들어가지 않아 같은 비율인 { $warmup }일로 줄였습니다(--warmup-days로 지정 가능).
cli-interrupted = 중단됨: 반복 { $of }회 중 { $n }회가 끝났으며, 결과는 그 { $n }회의 것입니다.
cli-interrupted-none = 끝난 반복이 없는 상태에서 중단되어 아무것도 쓰지 않았습니다.
cli-stale = 참고: { $file } 파일은 이전 실행의 것입니다. 이번에는 --trace steps를 쓰지 않았습니다.
cli-compare-note = 같은 난수를 쓴 { $n }쌍입니다. 지표 { $all }개 중 공장 전체 지표와 차이가 확인된 지표만 보입니다. 구간은 지표별 { $confidence } % 신뢰구간이고, 판정은 모든 지표를 함께 고려한 것입니다(Holm).
verdict-better = 개선
verdict-worse = 악화
verdict-higher = 증가
verdict-lower = 감소
verdict-none = 차이 확인되지 않음

## 리소그래피 (cli/litho)

litho-contour = 도즈 { $dose }
litho-dose = 도즈 { $dose }
litho-dose-high = 최대 도즈
litho-dose-low = 최소 도즈
litho-axis-focus = 디포커스 (nm)
litho-axis-cd = 선폭 (nm)
litho-axis-dose = 상대 도즈
litho-image-done = 광원점 { $points }개로 { $side } nm 영역의 상을 계산했습니다. 강도는 { $low }–{ $high }이며 결과는 { $dir }에 있습니다.
litho-cd = 초점 0, 도즈 1에서의 선폭
litho-nils = 정규화 로그 기울기 (NILS)
litho-latitude = 최대 노광 여유도
litho-dof = 여유도 5 %에서의 초점 심도
litho-l2 = 목표와 다른 인쇄 면적 (L2)
litho-pvb = 공정 변동 밴드 (PVB)
litho-epe = 에지 위치 위반 (EPE)
litho-printed = 인쇄 면적
litho-target = 목표 면적
litho-shots = 마스크 사각형 수
litho-rules = 마스크 규칙 위반
litho-seconds = 소요 시간
