#!/usr/bin/env bash
# Imports the real data sets into a node and prints what became of them.
#
#     tools/data.sh [FOLDER]     FOLDER: the node's data, made when absent; ./var-data by default
#
# XIETONG_BIN names the program (./dev data sets it), XIETONG_DATA the folder of the data sets (../shared/data beside
# the checkout by default). Rejected rows go to FOLDER-rejects/. With a node made anew, docs/real-data.md is written.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

program=${XIETONG_BIN:-build/release/xietong}
sets=${XIETONG_DATA:-../shared/data}
node=${1:-var-data}
rejects=$node-rejects
export LC_ALL=C.UTF-8

die() { printf 'data: %s\n' "$*" >&2; exit 1; }

[ -x "$program" ] || die "no program at $program: run ./dev build"
if [ ! -d "$sets" ]; then
    printf 'data: there are no data sets at %s (XIETONG_DATA names the folder): nothing to do\n' "$sets" >&2
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
report=$work/report.jsonl
names=$work/names.tsv
failed=0
fresh=no
if [ ! -d "$node" ]; then
    "$program" init --data "$node" >&2
    fresh=yes
fi
mkdir -p "$rejects"

# take MAPPING TITLE FILE...: one set. Files that are not there are left out.
take() {
    local mapping=$1 title=$2 file files=()
    shift 2
    for file in "$@"; do
        [ ! -e "$file" ] || files+=("$file")
    done
    if [ ${#files[@]} = 0 ]; then
        printf 'data: no files for "%s"\n' "$title" >&2
        return 0
    fi
    printf '%s\n' "$title" >&2
    if "$program" import --data "$node" --mapping "$mapping" --rejects "$rejects" --report "$report" "${files[@]}"; then
        printf '%s\t%s\t%s\n' "$mapping" "$title" "${files[*]#"$sets"/}" >>"$names"
    else
        printf 'data: the import of "%s" failed\n' "$title" >&2
        failed=1
    fi
}

# CSL gives one task a file: the lines of the four files with one number are one paper. Those whose abstracts differ
# are left out and counted.
csl_side_by_side() {
    local part=$1 task
    for task in ts kg cls_dcp cls_ctg; do
        [ -e "$sets/papers/csl/$task-$part.tsv.gz" ] || return 0
        zcat "$sets/papers/csl/$task-$part.tsv.gz" >"$work/$task"
    done
    paste "$work/ts" "$work/kg" "$work/cls_dcp" "$work/cls_ctg" | awk -F '\t' -v OFS='\t' '
        BEGIN { print "title", "abstract", "keywords", "discipline", "category" }
        $2 == $8 && $3 == $11 { print $3, $2, $6, $9, $12; next }
        { left++ }
        END { if (left) print "data: " left " lines of CSL do not agree" >"/dev/stderr" }' >"$work/csl-$part.tsv"
}
csl_side_by_side dev
csl_side_by_side test
if [ -e "$sets/papers/csl/cls_ctg-train.tsv.gz" ]; then
    zcat "$sets/papers/csl/cls_ctg-train.tsv.gz" | awk -F '\t' -v OFS='\t' '
        BEGIN { print "title", "category" }
        { print $2, $3 }' >"$work/csl-train.tsv"
fi

# The history of areas. mumuy's tables are objects by code: a line for each abolished code. The editions of GB/T 2260
# are one table, the newest first; so is the roster of prefectures. They come before the tables of today, whose names win.
divisions=$sets/codes/division
if [ -e "$divisions/mumuy-diff.json.gz" ]; then
    node -e '
        const fs = require("fs"), zlib = require("zlib")
        const [now, past, to] = process.argv.slice(1).map((f) => JSON.parse(zlib.gunzipSync(fs.readFileSync(f))))
        for (const code of Object.keys(past))
            if (!now[code] && code < "700000") {
                const successors = (to[code] ?? []).map((c) => ({ code: c, name: now[c] ?? past[c] }))
                console.log(JSON.stringify({ code, name: past[code], to: successors }))
            }' "$divisions"/mumuy-{list,history,diff}.json.gz >"$work/area-successors.jsonl"
fi
editions=$(find "$sets/codes/gb2260-revisions" -name 'mca__*.tsv.gz' 2>/dev/null | sort -r)
if [ -n "$editions" ]; then
    printf 'Source\tRevision\tCode\tName\n' >"$work/area-editions.tsv"
    for edition in $editions; do
        zcat "$edition" | awk 'NR > 1' >>"$work/area-editions.tsv"
    done
fi
roster=$sets/codes/prefecture-history/legal_roster_1987_2026.csv.gz
if [ -e "$roster" ]; then
    zcat "$roster" | { IFS= read -r head && printf '%s\n' "$head" && sort -t, -k1,1 -k2,2r; } >"$work/prefectures.csv"
fi
take area-names "Names of area codes, 1980-2019" "$work/area-editions.tsv"
take area-lives "Use of area codes, 1980-2019" "$work/area-editions.tsv"
take area-successors "Successors of abolished areas" "$work/area-successors.jsonl"
take prefectures "Roster of prefectures, 1987-2026" "$work/prefectures.csv"
take china-cities "Cities, Chinese and English" "$sets/messy/gbk-china_city_list.csv"
take area-level4 "Areas with pinyin" "$divisions/areacity-level4.csv.gz"
take gb2260 "GB/T 2260 areas" "$sets/codes/GB-2260.csv"
take towns "Counties, towns and streets; villages of Guangdong" "$sets/codes/division/areas.csv" \
    "$sets/codes/division/streets.csv.gz" "$sets/codes/division/villages-guangdong.csv.gz"
take ror "ROR organisations of China" "$sets/orgs/ror-cn.tar.gz"
take nssf-projects "Social-science projects" "$sets"/projects/social-*.csv.gz

# Organisations, platforms, titles, experts and agri lists. What names a body best comes last: newer sources win.
agri=$sets/orgs/agri-leading-firms/public-site__moa-firm-leader__
town=$sets/towns/public-site__moa-industry-convergence__
posts=$sets/experts/agri-system/public-site__moa-agri-system__xlsx__list
take agri-firms "Leading agricultural firms" "$agri"xlsx__*.xlsx "$agri"data-update__*.xlsx
take agri-posts "Posts of the agricultural technology system" "$posts"-industry-*.xlsx
take agri-stations "Trial stations of the agricultural technology system" "$posts"-site-*.xlsx
take germplasm-banks "National germplasm banks" "$sets"/food/genetic-resource/*.htm* "$sets"/food/genetic-resource/*.xlsx
take field-stations "Field observation stations" "$sets"/labs/*html__list-mo*-year-2019*.html.gz \
    "$sets"/labs/*html__list-*.xlsx "$sets"/labs/*tidy-list-*.xlsx
take key-labs "State key laboratories" "$sets"/labs/*most-SKL*.xlsx
share=$sets/instruments/most-open-share/public-site__most-jcs-open-share__
take sharing-evaluations "Evaluations of instrument sharing" "$share"html__eval-year-201*.html.gz \
    "$share"html__eval-year-202[01].html.gz "$share"update__matched-eval-upto-2023-wide.xlsx
take moe-universities "Ministry of Education list of universities" "$sets"/orgs/moe-universities-2025/*.xls \
    "$sets"/orgs/moe-universities-2025/*.json
take world-universities "World universities and domains" "$sets/orgs/world_universities_and_domains.json.gz"
take academicians "Academicians of CAS and CAE" "$sets"/experts/Academician*.csv.gz
take nemo "NEMO instruments" "$sets/instruments/nemo/splash_pad.json"
take uniquip "UNIQUIP template" "$sets/instruments/UniquipTemplate.xlsx"
take agri-towns "Towns with a strong farm industry" "$town"xlsx__town-setup-*.xlsx "$town"html__town-setup-*.xlsx \
    "$town"html__town-setup-year-2019.html.gz \
    "$town"data-update__town-setup-*.xlsx
take agri-industry-parks-setup "Modern agricultural parks set up" "$town"xlsx__park-setup-*.xlsx \
    "$town"data-update__park-setup-*.xlsx
take agri-industry-parks-affirm "Modern agricultural parks recognised" "$town"xlsx__park-affirm-*.xlsx
take agri-clusters "Clusters of farm specialities" "$town"xlsx__cluster-setup-*.xlsx "$town"data-update__cluster-setup-*.xlsx
take agri-science-parks "Agricultural science parks" "$sets"/food/agri-park/*.xlsx
take agri-modern-zones "Agricultural modernisation zones" "$sets"/food/agrimodern-zone/*.xlsx
take freshkeep-counties "Cold-storage pilot counties" "$sets"/food/freshkeep-county/*.xlsx

take cn-patents-ipc "Chinese patents with IPC" "$sets/patents/cn-patent-titles-ipc.csv.gz"
take csl "CSL papers" "$work/csl-dev.tsv" "$work/csl-test.tsv" "$work/csl-train.tsv"
take iso-deliverables "ISO deliverables" "$sets/standards/iso-relaton-yaml.tar.gz"

# Projects, patents, papers, standards, firms and products.
# Firms before projects: the list of firms knows former names.
take listed-firms "Listed firms and industries" "$sets/industry/company.jsonl.gz" "$sets/industry/company_industry.jsonl.gz"
take nsfc-projects "NSFC projects" "$sets"/projects/natural-*.csv.gz
take nkrdp-projects "Projects of the National Key R&D Programme" "$sets"/projects/nkrdp/*.xlsx
take cnki-calls "Calls for proposals" "$sets"/projects/cnki-apply-project-*.csv.gz
take cn-patents-cpc "Chinese patents with CPC" "$sets"/patents/cn-patent-cpc-sample/*.csv
take edu-journals "Journals of education" "$sets"/papers/cnki/edu-journals-*.csv.gz
take paperlists "Conference papers" "$sets"/papers/paperlists/*.json.gz
take fewclue "Abstracts of FewCLUE" "$sets"/papers/fewclue/*.jsonl.gz
take gb-standards "Chinese standards and plans" "$sets"/standards/gb-plan-pages/*.csv "$sets/messy/gbk-standards-merged.csv"
take products "Names of products" "$sets/industry/product.jsonl.gz"

# Records that are objects: exports of literature databases, XML, citations, dumps, first pages.
take papers-refworks "CNKI papers (RefWorks)" "$sets/papers/cnki/cnki-refworks.txt.gz"
take papers-e-study "CNKI papers (E-Study)" "$sets"/papers/exports/demo_cnki_*.txt
take papers-noteexpress "Wanfang papers (NoteExpress)" "$sets"/papers/exports/demo_wanfang_*.NET
take papers-pubmed "PubMed papers (.nbib)" "$sets"/papers/exports/demo_pubmed_*.nbib
take papers-wos "Web of Science papers" "$sets"/papers/exports/demo_wos_*.txt
take acl-anthology "ACL Anthology" "$sets/papers/acl-anthology-2019-xml.tar.gz"
take chinaxiv "ChinaXiv first pages" "$sets/papers/chinaxiv-heads.tar.gz"
take patent-citations "Chinese patents (citations)" "$sets"/patents/cn-patent-citations/*.txt.gz
take cnipa-patents "CNIPA patents (XML)" "$sets"/patents/cnipa-xml/*.xml "$sets"/patents/cnipa-xml/*.XML
take uspto "USPTO patents (XML)" "$sets"/patents/uspto/{pap,sgml,xml}*.xml.gz
take uspto-greenbook "USPTO patents (Greenbook)" "$sets"/patents/uspto/greenbook__*.gz
take pnnl-instruments "PNNL instruments (SQL dump)" "$sets/instruments/pnnl/t_instrument_name_Data.sql"

[ -s "$report" ] || die "nothing was imported"
document=
[ "$fresh" = no ] || document=docs/real-data.md
node tools/data-table.mjs "$report" "$names" "$document"
XIETONG_BIN=$program XIETONG_DATA=$sets node tools/draft-table.mjs ${document:+"$document"}
node tools/stat-tables.mjs "$program" "$sets" "$document" || failed=1
rmdir --ignore-fail-on-non-empty "$rejects"
exit "$failed"
