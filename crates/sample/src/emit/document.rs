//! A few letters from other clinics, scanned: DocumentReference with its file as Binary.

use super::Pages;
use super::build::{Draft, array, concept, number, object, reference, reference_to};
use crate::course::Reason;
use crate::staff::DOCTORS;

/// Writes a letter for one chart in twenty-five that has been treated.
pub(crate) fn all(pages: &mut Pages<'_>, encounters: &[String]) {
    let chart = pages.chart;
    if chart.person.index % 25 != 3 {
        return;
    }
    let Some((visit, encounter)) =
        chart.visits.iter().zip(encounters).find(|(visit, _)| visit.reason == Reason::Regular)
    else {
        return;
    };
    let (id, file_id) = (pages.id('d'), pages.id('f'));
    let file = pdf(&format!("Referral letter {} {}", pages.calendar.text(visit.day), pages.patient));
    let size = file.len();
    let binary = Draft::new("Binary", &file_id, None)
        .with("contentType", "application/pdf")
        .with("securityContext", pages.subject())
        .with("data", base64(&file));
    let letter = Draft::new("DocumentReference", &id, None)
        .with("status", "current")
        .with("docStatus", "final")
        .with("type", concept("http://jpfhir.jp/fhir/Common/CodeSystem/doc-typecodes", "57133-1", "診療情報提供書"))
        .with("subject", pages.subject())
        .with("date", pages.moment(visit.day, visit.minute + 30))
        .with("author", array![reference_to("Practitioner", DOCTORS[visit.doctor].user, DOCTORS[visit.doctor].name)])
        .with("description", "他院からの紹介状(スキャン)")
        .with(
            "content",
            array![object! { "attachment": object! {
                "contentType": "application/pdf",
                "language": "ja",
                "url": format!("Binary/{file_id}"),
                "size": number(size.to_string()),
                "title": "紹介状.pdf",
            } }],
        )
        .with("context", object! { "encounter": array![reference("Encounter", encounter)] });
    pages.push(binary);
    pages.push(letter);
}

/// One page with one line; ASCII, because a Japanese font would be larger than everything else in the chart.
fn pdf(line: &str) -> Vec<u8> {
    let text = format!("BT /F1 14 Tf 60 780 Td ({line}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>stream\n{text}\nendstream", text.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let start = file.len();
    file.push_str(&format!("xref\n0 6\n{table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"));
    file.into_bytes()
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_a_pdf_whose_table_points_at_its_objects() {
        let file = String::from_utf8(pdf("Referral letter")).unwrap();
        let start: usize = file.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        assert!(file[start..].starts_with("xref\n0 6\n"));
        for (index, line) in file[start..].lines().skip(3).take(5).enumerate() {
            let at: usize = line[..10].parse().unwrap();
            assert!(file[at..].starts_with(&format!("{} 0 obj", index + 1)), "{line}");
        }
    }
}
