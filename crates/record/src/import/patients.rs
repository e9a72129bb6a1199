//! Patient lists (CSV) → Patient resources in the shape of JP Core.

use std::io::Cursor;
use std::sync::Arc;

use fhir::Resource;
use fhir::json::{Json, Object};

use super::columns::{Column, Mapping, MappingError};
use super::text::{self, NotText};

/// 患者番号 without a known medical institution code. With one, JP Core asks for
/// `urn:oid:1.2.392.100495.20.3.51.1` and its ten digits.
pub const LOCAL_NUMBER_SYSTEM: &str = "urn:oid:1.2.392.100495.20.3.51";

/// How a patient list is read.
#[derive(Debug, Clone)]
pub struct Options {
    /// `Identifier.system` of the 患者番号.
    pub number_system: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { number_system: LOCAL_NUMBER_SYSTEM.to_owned() }
    }
}

/// Why a list was not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Its letters.
    #[error(transparent)]
    Text(#[from] NotText),
    /// Its headings.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// Not even a line of headings.
    #[error("the list is empty")]
    Empty,
}

/// A row that becomes no patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// In the file, from 1 (the headings are line 1).
    pub line: u64,
    /// Why, naming the column and never the value.
    pub reason: String,
}

/// A patient from a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// In the file, from 1.
    pub line: u64,
    /// 患者番号.
    pub number: String,
    /// The Patient.
    pub patient: Resource,
}

/// A list, ready to be gone through.
#[derive(Debug)]
pub struct List {
    text: Text,
    /// For instance `Shift_JIS`.
    pub encoding: &'static str,
    /// Which column stands where.
    pub mapping: Mapping,
    options: Options,
}

/// The decoded text, shared by whoever goes through it.
type Text = Arc<[u8]>;

impl List {
    /// Reads letters and headings.
    ///
    /// # Errors
    /// [`ListError`].
    pub fn open(bytes: &[u8], options: Options) -> Result<Self, ListError> {
        let decoded = text::decode(bytes)?;
        let text: Text = decoded.text.into_bytes().into();
        let mut reader = reader(&text);
        let mut headings = csv::StringRecord::new();
        if !reader.read_record(&mut headings).unwrap_or(false) {
            return Err(ListError::Empty);
        }
        let mapping = Mapping::read(headings.iter())?;
        Ok(Self { text, encoding: decoded.encoding, mapping, options })
    }

    /// Every row after the headings, as a patient or as a reason. Empty lines are no rows.
    pub fn rows(&self) -> impl Iterator<Item = Result<Row, BadRow>> + Send + 'static {
        let list = Self {
            text: Arc::clone(&self.text),
            encoding: self.encoding,
            mapping: self.mapping.clone(),
            options: self.options.clone(),
        };
        let (mut line, mut counted_to) = (1, 0);
        reader(&self.text).into_records().skip(1).map(move |record| {
            let position = record.as_ref().map_or_else(|error| error.position(), |record| record.position());
            // The reader's own line number is that of the empty lines in front of a row.
            let from = position.map_or(0, |p| usize::try_from(p.byte()).unwrap_or(usize::MAX)).min(list.text.len());
            let skipped = list.text[from..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            line += list.text[counted_to..from + skipped].iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
            counted_to = from + skipped;
            match record {
                Ok(record) => list.row(line, &record).map_err(|reason| BadRow { line, reason }),
                Err(_) => Err(BadRow { line, reason: "the row is not well-formed CSV".to_owned() }),
            }
        })
    }

    fn row(&self, line: u64, record: &csv::StringRecord) -> Result<Row, String> {
        let cell = |column: Column| {
            let text = self.mapping.columns.get(&column).and_then(|&at| record.get(at)).map_or("", str::trim);
            (!text.is_empty()).then_some(text)
        };
        let headed = self.mapping.columns.values().max().copied().unwrap_or(0);
        if record.len() <= headed {
            return Err(format!("the row has {} cells, fewer than its headings", record.len()));
        }
        let number = cell(Column::Number).ok_or("患者番号 is empty")?.to_owned();
        if number.chars().any(char::is_control) {
            return Err("患者番号 holds a control character".to_owned());
        }
        let mut patient = Object::from_iter([("resourceType", Json::from("Patient"))]);
        let identifier = Json::from([
            ("system", Json::from(self.options.number_system.as_str())),
            ("value", Json::from(number.as_str())),
        ]);
        patient.insert("identifier", vec![identifier]);
        patient.insert("active", true);
        patient.insert("name", names(&cell)?);
        let telecom = telecom(&cell);
        if !telecom.is_empty() {
            patient.insert("telecom", telecom);
        }
        if let Some(text) = cell(Column::Gender) {
            patient.insert("gender", gender(text).ok_or("性別 is none that is known (男/女)")?);
        }
        patient.insert(
            "birthDate",
            date(cell(Column::Birth).ok_or("生年月日 is empty")?).map_err(|e| format!("生年月日: {e}"))?,
        );
        if let Some(text) = cell(Column::Death) {
            patient.insert("deceasedDateTime", date(text).map_err(|e| format!("死亡日: {e}"))?);
        }
        if let Some(address) = address(&cell)? {
            patient.insert("address", vec![address]);
        }
        let patient = Resource::from_json(Json::Object(patient)).map_err(|e| e.to_string())?;
        Ok(Row { line, number, patient })
    }
}

fn reader(text: &Text) -> csv::Reader<Cursor<Text>> {
    // Tabs when the headings have them and no comma: what a spreadsheet puts on the clipboard.
    let headings = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let delimiter = if headings.contains(&b'\t') && !headings.contains(&b',') { b'\t' } else { b',' };
    let text = Cursor::new(Arc::clone(text));
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text)
}

/// One HumanName per way of writing, told apart by the extension JP Core asks for.
fn names<'a>(cell: &impl Fn(Column) -> Option<&'a str>) -> Result<Vec<Json>, String> {
    let kanji = name(cell(Column::Name), cell(Column::Family), cell(Column::Given)).ok_or("氏名 is empty")?;
    let kana = name(cell(Column::Kana), cell(Column::KanaFamily), cell(Column::KanaGiven));
    let write = |(family, given): (String, String), code: &str| {
        let representation = Json::from([
            ("url", Json::from("http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation")),
            ("valueCode", Json::from(code)),
        ]);
        let mut name =
            Object::from_iter([("extension", Json::from(vec![representation])), ("use", Json::from("official"))]);
        name.insert("text", if given.is_empty() { family.clone() } else { format!("{family}　{given}") });
        name.insert("family", family);
        if !given.is_empty() {
            name.insert("given", vec![given]);
        }
        Json::Object(name)
    };
    Ok([Some(write(kanji, "IDE")), kana.map(|k| write(k, "SYL"))].into_iter().flatten().collect())
}

/// Family and given name; a whole name is split at its first space, narrow or wide.
fn name(whole: Option<&str>, family: Option<&str>, given: Option<&str>) -> Option<(String, String)> {
    if let Some(family) = family {
        return Some((family.to_owned(), given.unwrap_or_default().to_owned()));
    }
    let whole = whole?;
    let (family, given) = whole.split_once([' ', '　']).unwrap_or((whole, ""));
    Some((family.to_owned(), given.trim_matches([' ', '　']).to_owned()))
}

fn gender(text: &str) -> Option<&'static str> {
    match clinic::kana::fold(text).as_str() {
        "男" | "男性" | "m" | "male" | "1" => Some("male"),
        "女" | "女性" | "f" | "female" | "2" => Some("female"),
        "その他" | "ソノ他" | "other" => Some("other"),
        "不明" | "unknown" | "9" | "0" => Some("unknown"),
        _ => None,
    }
}

fn date(text: &str) -> Result<String, String> {
    clinic::wareki::parse(text).map(|day| day.to_string()).map_err(|e| e.to_string())
}

fn telecom<'a>(cell: &impl Fn(Column) -> Option<&'a str>) -> Vec<Json> {
    let kinds =
        [(Column::Phone, "phone", "home"), (Column::Mobile, "phone", "mobile"), (Column::Mail, "email", "home")];
    let point = |(column, system, role): (Column, &str, &str)| {
        cell(column).map(|value| {
            Json::from([("system", Json::from(system)), ("value", Json::from(value)), ("use", Json::from(role))])
        })
    };
    kinds.into_iter().filter_map(point).collect()
}

fn address<'a>(cell: &impl Fn(Column) -> Option<&'a str>) -> Result<Option<Json>, String> {
    let (text, code) = (cell(Column::Address), cell(Column::PostalCode));
    let mut address = Object::new();
    if let Some(text) = text {
        address.insert("text", text);
    }
    if let Some(code) = code {
        let digits = clinic::kana::digits(code);
        if digits.len() != 7 {
            return Err("郵便番号 has not seven digits".to_owned());
        }
        address.insert("postalCode", format!("{}-{}", &digits[..3], &digits[3..]));
    }
    address.insert("country", "JP");
    Ok((address.len() > 1).then_some(Json::Object(address)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Result<String, BadRow>> {
        let list = List::open(text.as_bytes(), Options::default()).unwrap();
        list.rows().map(|row| row.map(|r| String::from_utf8(r.patient.to_vec()).unwrap())).collect()
    }

    #[test]
    fn a_full_row_becomes_a_jp_core_patient() {
        let got = rows(
            "患者番号,患者氏名,フリガナ,性別,生年月日,郵便番号,住所,電話番号\n00123,山田　太郎,ﾔﾏﾀﾞ ﾀﾛｳ,男,S33.4.5,１００－０００１,東京都千代田区千代田1-1,03-0000-0000\n",
        );
        assert_eq!(
            got[0].as_ref().unwrap(),
            concat!(
                r#"{"resourceType":"Patient","identifier":[{"system":"urn:oid:1.2.392.100495.20.3.51","value":"00123"}],"active":true,"#,
                r#""name":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation","valueCode":"IDE"}],"use":"official","text":"山田　太郎","family":"山田","given":["太郎"]},"#,
                r#"{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation","valueCode":"SYL"}],"use":"official","text":"ﾔﾏﾀﾞ　ﾀﾛｳ","family":"ﾔﾏﾀﾞ","given":["ﾀﾛｳ"]}],"#,
                r#""telecom":[{"system":"phone","value":"03-0000-0000","use":"home"}],"gender":"male","birthDate":"1958-04-05","#,
                r#""address":[{"text":"東京都千代田区千代田1-1","postalCode":"100-0001","country":"JP"}]}"#
            )
        );
    }

    #[test]
    fn bad_rows_have_their_line_and_reason_and_no_value() {
        let got = rows(
            "ID,姓,名,生年月日,性別\n1,山田,太郎,1958-04-05,男\n\n,佐藤,花,1960-01-01,女\n3,佐藤,花,1960-02-31,女\n4,佐藤,花,1960-01-01,雄\n5,佐藤\n6,\"佐藤\n",
        );
        assert!(got[0].is_ok());
        let lines: Vec<(u64, bool)> = got[1..]
            .iter()
            .map(|r| r.as_ref().map_err(|b| (b.line, b.reason.contains("佐藤"))).unwrap_err().to_owned())
            .collect();
        assert_eq!(lines, [(4, false), (5, false), (6, false), (7, false), (8, false)]);
    }

    #[test]
    fn tabs_do_too() {
        assert!(rows("ID\t氏名\t生年月日\n1\t山田 太郎\t19580405\n")[0].is_ok());
        assert_eq!(List::open(b"", Options::default()).unwrap_err(), ListError::Empty);
    }
}
