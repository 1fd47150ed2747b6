#include "link/heading.h"

#include <unicode/uchar.h>

#include "base/text.h"

/* Words with a blank between them, tried from the first group on.  A word stands by itself in the heading, or several of them
 * joined by '_'; Chinese, Japanese and Korean ones stand anywhere in it; with '=' a word is the whole heading. */
static const char BIRTH[] =
    "dob birth birthdate birthday birthyear bdate yob dateofbirth geburtsdatum geburtstag geburtsjahr geboren naissance né_le "
    "nacimiento nascita nascimento geboortedatum geboortejaar urodzenia рождения ngày_sinh năm_sinh doğum födelsedatum "
    "出生 生日 生年月日 생년월일 생일";
static const char AGE[] = "age alter edad âge età idade leeftijd wiek возраст tuổi 年龄 年齡 年齢 나이";
static const char WHOLE_NAME[] =
    "=name =names =full_name =fullname =person_name =personname =customer_name =customername =patient_name =patientname "
    "=client_name =employee_name =member_name =nom =nombre =nome =naam =nom_complet =nombre_completo =nome_completo =ime "
    "=nom_et_prénom =nom_et_prenom =nom_prénom =nom_prenom =nombre_y_apellidos =apellidos_y_nombre =imię_i_nazwisko =name_vorname "
    "=vorname_name =first_and_surname =first_and_last_name";
static const char TITLES[] = "title company organisation organization firm business 名称";
static const struct {
    int kind;
    const char *words;
} HEADINGS[] = {
    {HEADING_ANSWER,
     "cluster clusterid clusters =entity entity_id entityid =true_id truth ground_truth =gold gold_label goldstandard is_match "
     "is_duplicate duplicate_of =label =labels =class =match =duplicate =duplicates =dup"},
    {HEADING_ASIDE,
     "source sources =dataset created creation updated modified inserted timestamp epoch create_time update_time remark "
     "remarks note notes comment comments memo notiz notizen bemerkung bemerkungen anmerkung anmerkungen remarque remarques "
     "commentaire commentaires observaciones observações opmerking opmerkingen note_interne примечание ghi_chú "
     "interviewer clerk operator =说明 情况说明 其他说明 附注 =其他 =其它 经办 登记人 采集人 审核 网格员 楼长 调查人 走访人 "
     "来源 備考 备注 備註 录入 登记时间 登记日期 填报 填表 更新时间 采集时间 创建时间 修改时间 비고"},
    {KIND_CATEGORY, "sex gender geschlecht sexe sexo sesso geslacht płeć пол giới_tính 性别 性別 성별"},
    {KIND_DATE, BIRTH},
    {KIND_DATE, "date datum fecha data дата ngày 日期 时间 年月 日付"},
    {KIND_CITIZEN_ID, "idno idcard id_card sfz sfzh 身份证 身份證 身分证 公民身份"},
    {KIND_PHONE,
     "phone phonenumber mobile mobil tel telephone telefon telefono teléfono telefone telefoon téléphone cell cellphone "
     "celular móvil handy portable fax телефон điện_thoại sđt 电话 電話 手机 手機 联系方式 联系号码 联络 座机 固话 宅电 携帯 전화 "
     "휴대폰"},
    {KIND_EMAIL, "email emailaddress e_mail mail correo courriel почта 邮箱 电子邮件 メール 이메일"},
    {KIND_CODE,
     "postcode post_code zip zipcode pcode postal plz postleitzahl cep cap индекс kod_pocztowy 邮编 邮政编码 郵便番号 우편번호 "
     "street_number street_no house_number house_no houseno housenumber hausnummer hausnr huisnummer door_no 门牌"},
    {KIND_IDENTIFIER,
     "soc ssn sin nhs passport passeport pasaporte reisepass pesel cpf dni nie isbn issn iban vat tax_id cmnd "
     "cccd снилс инн паспорт licence license 证件号 证书 证号 证编号 护照 银行卡 卡号 账号 帐号 信用代码 机构代码 注册号 税号"},
    {HEADING_NAME, "name_vorname vorname_name nom_prénom nom_prenom nom_et_prénom nom_et_prenom nombre_y_apellidos "
                   "apellidos_y_nombre imię_i_nazwisko first_and_surname first_and_last_name"},
    {KIND_NAME, "họ_tên họ_và_tên фио 姓名 氏名 名前 名字 户主 联系人 성명 이름"},
    {KIND_SURNAME, "surname lastname familyname last family lname nachname familienname apellido apellidos cognome sobrenome "
                   "achternaam nazwisko maiden nom_de_famille nom_famille фамилия họ soyad efternamn =姓 姓氏 苗字"},
    {KIND_GIVEN, "fname vorname rufname prenom prénom prénoms voornaam firstname givenname first given forename middle middlename "
                 "midl mname nickname imię имя отчество tên förnamn =名"},
    {KIND_ADDRESS, "addr address adresse direccion dirección indirizzo endereço endereco anschrift domicilio adres адрес địa_chỉ "
                   "地址 住址 住所 户籍 户口 居住地 주소"},
    {KIND_TEXT, "street streetname strasse straße straat rue calle via ulica улица"},
    {KIND_CATEGORY, "county district 县 state province country 民族"},
    {KIND_WORD, "city town suburb stadt ort ville ciudad città cidade woonplaats miasto город"},
    {KIND_NUMBER, AGE},
    {KIND_NUMBER,
     "price length duration preis prix precio amount betrag salary wage income cost fee total sum balance quantity qty "
     "count score points rate percent weight height area size lat latitude lon lng longitude 金额 价格 收入 工资 补贴 "
     "补助 津贴 费用 面积 人数 数量 次数 分数 经度 纬度 身高 体重"},
    {HEADING_NAME, "name names nom nombre nome naam"},
};
static const char RECORD[] =
    "=id =uid =uuid =guid =unique_id =uniqueid =rec_id =recid =record_id =recordid =row =row_id =rowid =row_number =rownum =no =nr "
    "=num =n =stt =index =idx =key =pk =unnamed_0 =lfd_nr =rec_no =recno =№ =n° =п_п =序号 =序號 =编号 =编码 =行号 =番号 =번호";
static const char NUMBER[] = "id uid mrn ncid num number nummer numero número номер no nr 编号 编码 番号";
static const char SHARED[] = "household family group class store site branch dept department region team 家庭 户 单位 部队 部门 班";

static bool is_cjk(unsigned char first)
{
    return first >= 0xE3;
}

static const char CONTACT[] =
    "contact owner manager director president principal chairman ceo representative ansprechpartner geschäftsführer inhaber "
    "gérant dirigeant directeur responsable gerente titolare amministratore директор руководитель "
    "法定代表 法人 负责人 联系人 经营者 店主 店长 老板 校长 院长 站长 经办人 代表者 대표";

/* "DateOfBirth", "Date of birth:" as date_of_birth; blanks between Chinese characters are lost. */
static void words_of(struct buf *out, struct str heading)
{
    struct buf folded = {0};
    text_nfkc(&folded, heading);
    struct str f = str_trim(buf_slice(&folded));
    bool gap = false, small = false, cjk = false;
    for (size_t i = 0; i < f.n;) {
        bool now = is_cjk((unsigned char)f.s[i]);
        UChar32 c = (UChar32)text_next(f, &i);
        if (!u_isalnum(c) && c != 0x2116 && c != 0xB0 && u_charType(c) != U_NON_SPACING_MARK) {
            gap = true;
            continue;
        }
        if (out->n && ((gap && !(now && cjk)) || (small && u_isupper(c)))) buf_char(out, '_');
        gap = false;
        small = u_islower(c);
        cjk = now;
        buf_utf8(out, (uint32_t)u_tolower(c));
    }
    buf_free(&folded);
}

static bool has_word(struct str heading, struct str word)
{
    if (word.s[0] == '=') return str_eq(heading, str_from(word, 1));
    bool anywhere = is_cjk((unsigned char)word.s[0]);
    for (size_t from = 0, at; str_find(str_from(heading, from), word, &at); from += at + 1) {
        size_t start = from + at, end = start + word.n;
        bool after = end == heading.n || heading.s[end] == '_' || (heading.s[end] >= '0' && heading.s[end] <= '9');
        if (anywhere || ((start == 0 || heading.s[start - 1] == '_') && after)) return true;
    }
    return false;
}

static bool has_any(struct str heading, const char *words)
{
    struct str all = str_of(words);
    for (size_t i = 0, e; i < all.n; i = e + 1) {
        for (e = i; e < all.n && all.s[e] != ' '; e++) continue;
        if (e > i && has_word(heading, (struct str){all.s + i, e - i})) return true;
    }
    return false;
}

static bool tells(struct str heading, const char *words)
{
    struct buf b = {0};
    words_of(&b, heading);
    bool it = has_any(buf_slice(&b), words);
    buf_free(&b);
    return it;
}

int heading_next(struct str heading, size_t *at)
{
    struct buf b = {0};
    words_of(&b, heading);
    int kind = HEADING_SILENT;
    while (kind == HEADING_SILENT && *at < sizeof HEADINGS / sizeof *HEADINGS) {
        if (has_any(buf_slice(&b), HEADINGS[*at].words)) kind = HEADINGS[*at].kind;
        ++*at;
    }
    buf_free(&b);
    return kind;
}

int heading_kind(struct str heading)
{
    size_t at = 0;
    return heading_next(heading, &at);
}

bool heading_is_birth(struct str heading)
{
    return tells(heading, BIRTH);
}

bool heading_is_age(struct str heading)
{
    return heading_kind(heading) == KIND_NUMBER && tells(heading, AGE);
}

bool heading_is_record(struct str heading)
{
    return !str_trim(heading).n || tells(heading, RECORD);
}

bool heading_is_number(struct str heading)
{
    return tells(heading, NUMBER) && !tells(heading, SHARED);
}

bool heading_is_whole_name(struct str heading)
{
    return tells(heading, WHOLE_NAME);
}

bool heading_is_contact(struct str heading)
{
    return tells(heading, CONTACT);
}

bool heading_is_title(struct str heading)
{
    return heading_kind(heading) == HEADING_NAME || tells(heading, TITLES);
}
