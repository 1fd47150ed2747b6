# shellcheck shell=bash
# The station's other ledgers, under headings and in words that people use: what they mean is kept, or said to be in doubt.
# shellcheck source=tests/lib.sh disable=SC1091
. "$TESTS/lib.sh"
export VET_UNITS=$TESTS/corpus/good-import-units.csv VET_NOW=2020-10-25T08:00:00
take() { # LEDGER HEADINGS ROW...: the records as JSON in ./out, what is said in ./err
    local ledger=$1
    shift
    printf '%s\n' "$@" >sheet.csv
    status "a sheet of the ledger $ledger" 0 vet-import --place 云翠社区 --ledger "$ledger" -t json sheet.csv
}
value() { sed -n "${2}s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" out; }

take loan '姓名,身份证号,创业项目,发放金额,发放日期,期限,还款情况' '张甲,370124195001011012,农家乐,20万,2020.6.1,3年,正常' '王乙,370124195211070029,养殖,50000,2020.6.2,18个月,' \
    '李丙,370124196002290038,蔬菜,50000,2020.6.2,36,'
same "nothing was left out" "" "$(cat err)"
same "a term of 3 years is 36 months" "36 18 36" "$(value months 1) $(value months 2) $(value months 3)"
same "what was paid, when, and how it stands" "200000 2020-06-01 还款中" "$(value amount 1) $(value paid_on 1) $(value state 1)"
take loan '姓名,身份证号,创业项目,金额（万元）,期限（年）' '张甲,370124195001011012,农家乐,20,3' '王乙,370124195211070029,养殖,5.5,18个月' '李丙,370124196002290038,蔬菜,50000元,半年'
same "a bare number counts what its heading says, any other what it says itself" "200000 36 55000 18 50000 6" \
    "$(value amount 1) $(value months 1) $(value amount 2) $(value months 2) $(value amount 3) $(value months 3)"
printf '%s\n' '姓名,身份证号,创业项目,期限' '张甲,370124195001011012,农家乐,90天' >sheet.csv
status "a length of time that is no number of months" 0 vet-import --place 云翠社区 --ledger loan -t json sheet.csv
same "is kept as typed, and said to be in doubt" "90天 months:number_invalid" "$(value months_typed 1) $(value _flags 1)"
take fund '活动名称,日期,类别,金额(单位：万元),折价(元)' '关爱眼科,2020-08-01,眼科,0.5,1200' '走访,2020-08-01,走访,约2,' '助学,2020-08-02,助学,"5,000元",'
same "ten thousands of yuan are yuan" "5000 1200 20000 5000" "$(value amount 1) $(value goods_value 1) $(value amount 2) $(value amount 3)"
take fund '关爱基金使用情况表,,,,' '填报单位：云翠社区,,,,金额单位：万元' '活动名称,日期,类别,金额,折价（元）' '关爱眼科,2020-08-01,眼科,0.5,1200' '走访,2020-08-01,走访,300元,'
same "also when that stands above the table, but for a column that says otherwise" "5000 1200 300" \
    "$(value amount 1) $(value goods_value 1) $(value amount 2)"
take fund '关爱基金使用情况表,,,' '填报单位：云翠社区,,,单位：元' '活动名称,日期,类别,金额' '关爱眼科,2020-08-01,眼科,0.5'
same "yuan are yuan" "0.5" "$(value amount 1)"
take activity '服务队,活动时间,活动主题,服务时长' '先锋队,2020-05-01,清洁家园,90分钟' '先锋队,2020-05-02,宣传,半小时' '先锋队,2020-05-03,巡逻,3'
same "90 minutes are an hour and a half" "1.5 0.5 3" "$(value hours 1) $(value hours 2) $(value hours 3)"
take petition '案号,姓名,信访时间,信访内容,首次/重复' 'XF1,张甲,2020-03-02,安置,首次' 'XF2,张甲,2020-04-02,安置,重复'
same "the first time is no repetition" "否 是" "$(value repeated 1) $(value repeated 2)"
take petition '案号,姓名,信访时间,受理日期,办结日期' 'XF1,张甲,2020-03-02,2020-03-09,2020-04-01' 'XF2,王乙,2020-03-02,,2020-09-01' 'XF3,李丙,2020-03-09,2020-03-02,'
same "when somebody came, and when the case was taken up" "2020-03-02 2020-03-09 2020-03-02 " \
    "$(value petitioned_on 1) $(value received_on 1) $(value petitioned_on 2) $(value received_on 2)"
same "the time that a case takes is counted from when it was taken up, if that is said" " closed_on:rule:in_time received_on:date_order" \
    "$(for i in 1 2 3; do value _flags $i | sed 's/id_number:id_missing;*//'; done | paste -sd' ')"
take proxy '日期,申请人,身份证号,事项,受理日期,办结日期' '2020-03-02,张甲,370124195001011012,优待证,2020-03-03,2020-03-05' \
    '2020-03-02,王乙,370124195211070029,优待证,,2020-03-01'
same "what was asked for, taken on and done, each on its day" "2020-03-02 2020-03-03 2020-03-05 done_on:date_order" \
    "$(value asked_on 1) $(value accepted_on 1) $(value done_on 1) $(value _flags 2)"
take proxy '申请人,身份证号,事项,受理日期' '张甲,370124195001011012,优待证,2020-03-03'
same "what is said to be taken on was asked for that day at the latest" "2020-03-03 2020-03-03" "$(value asked_on 1) $(value accepted_on 1)"
take reception '日期,来访人,事由,一张笑脸,一把椅子,一杯热水,一颗诚心,一次认真登记,一个满意答复' '2020-10-08,张甲,优待证,√,√,√,√,√,√'
same "six things, each done" "是是是是是是" "$(for f in smile chair water listening record answered; do value $f 1; done | tr -d '\n')"
take employment '姓名,身份证号,是否有就业意愿,有无创业意愿' '张甲,370124195001011012,是,否'
same "who wants work, and who a business" "是 否" "$(value wants_job 1) $(value wants_business 1)"
take insurance '姓名,身份证号,险种,军龄,补缴金额' '张甲,370124195001011012,养老,3年2个月,"12,000元"'
same "what was paid in later" 12000 "$(value total 1)"
take jobfair '招聘会名称,日期,达成意向' '春季招聘会,2020-04-18,80人'
same "how many found something" 80 "$(value intents 1)"
# A ledger of the station itself names no community.
printf '%s\n' code,parent,level,name,aliases S,,station,榆山街道退役军人服务站,榆山街道 C1,S,community,云翠社区, >station.csv
whose() { # SENTENCE UNIT LINE...
    local what=$1 unit=$2
    shift 2
    printf '%s\n' "$@" >sheet.csv
    VET_UNITS=station.csv vet-import -q --ledger visit -t json sheet.csv >out 2>err
    same "$what" "$unit" "$(value unit 1)"
}
rows=('走访日期,走访对象,身份证号,慰问金额' '2020-10-01,张甲,370124195001011012,500元')
whose "a title with the whole name of the station" S 榆山街道退役军人服务站走访慰问台账,,, "${rows[@]}"
whose "who sent it, above the table" S 走访慰问台账,,, 填报单位：榆山街道,,填报日期：2020-10-05, "${rows[@]}"
whose "in cells of their own" S 走访慰问台账,,, 填报单位,榆山街道退役军人服务站,填报日期,2020-10-05 "${rows[@]}"
whose "with a seal, below it" S 走访慰问台账,,, "${rows[@]}" 填报单位（盖章）：榆山街道办事处,,,
whose "a community's own sheet is the community's" C1 走访慰问台账,,, 填报单位：榆山街道云翠社区,,, "${rows[@]}"
whose "the name of the street alone says only where all are" "" 榆山街道走访慰问台账,,, "${rows[@]}"
has "so it is asked for" err no_unit
finish
