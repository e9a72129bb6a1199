//! Reading a body whole: with a limit, and with a status for each way it can go wrong.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::net::TooSlow;
use crate::problem::{Problem, ProblemKind, Text};

/// Reads a body of at most `bytes_max`. One that announces more is refused unread.
///
/// # Errors
/// Too large (413), too slow (408), or cut off (400).
pub async fn read_body(headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > bytes_max as u64) {
        return Err(too_large());
    }
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => Err(problem(error.as_ref())),
    }
}

fn problem(error: &(dyn std::error::Error + 'static)) -> Problem {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return too_large();
        }
        if error.is::<TooSlow>() {
            return Problem::new(
                ProblemKind::TooSlow,
                Text::new(
                    "データの到着が遅すぎました。何も保存していません。",
                    "The data came too slowly. Nothing was saved.",
                ),
                Text::new("電波の良い場所でもう一度送ってください。", "Send it again where the signal is better."),
            );
        }
        cause = error.source();
    }
    Problem::new(
        ProblemKind::BadRequest,
        Text::new("データが途中で切れました。何も保存していません。", "The data was cut off. Nothing was saved."),
        Text::new("もう一度送ってください。", "Send it again."),
    )
}

fn too_large() -> Problem {
    Problem::new(
        ProblemKind::TooLarge,
        Text::new("データが大きすぎます。何も保存していません。", "The data is too large. Nothing was saved."),
        Text::new("分けて送ってください。", "Send it in parts."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn kind(headers: &HeaderMap, body: Body) -> Result<usize, ProblemKind> {
        read_body(headers, body, 4).await.map(|b| b.len()).map_err(|p| p.kind)
    }

    #[tokio::test]
    async fn each_way_to_go_wrong_has_its_kind() {
        let none = HeaderMap::new();
        assert_eq!(kind(&none, Body::from("1234")).await, Ok(4));
        assert_eq!(kind(&none, Body::from("12345")).await, Err(ProblemKind::TooLarge));
        let announced = HeaderMap::from_iter([(header::CONTENT_LENGTH, "5".parse().unwrap())]);
        assert_eq!(kind(&announced, Body::from("1")).await, Err(ProblemKind::TooLarge), "refused by its own word");
        assert_eq!(problem(&axum::Error::new(TooSlow)).kind, ProblemKind::TooSlow);
        assert_eq!(problem(&std::io::Error::other("cut")).kind, ProblemKind::BadRequest);
    }
}
