//! The covariance of levels on links (an access point, a spot, a device).
use crate::geometry::Point;

/// A link.
#[derive(Clone, Debug)]
pub struct Link {
    /// AP index.
    pub ap: usize,
    /// AP place.
    pub from: Point,
    /// Spot index.
    pub visit: usize,
    /// Spot.
    pub to: Point,
    /// Device index.
    pub device: usize,
    /// 0 or 1.
    pub band: usize,
    /// Walls passed.
    pub walls: f64,
    /// More features.
    pub extra: [f64; 4],
    /// Measured.
    pub y: f64,
    /// Share heard.
    pub share: f64,
    /// MHz
    pub mhz: f64,
}

/// Number of components.
pub const NC: usize = 18;
/// Number of shapes.
pub const NS: usize = 11;
/// Params.
pub const NP: usize = NC + NS;

/// name, prior mean of log sd / log shape, prior sd.
pub const PRIORS: [(&str, f64, f64); NP] = [
    ("mean", 10.0, 0.01),
    ("slope", 6.0, 0.3),
    ("wall", 8.0, 0.5),
    ("extra", 1.0, 1.0),
    ("ap", 3.0, 0.7),
    ("ap slope", 3.0, 0.7),
    ("ap wall", 2.0, 0.7),
    ("device", 4.0, 0.5),
    ("visit", 1.0, 0.7),
    ("spot", 2.0, 0.7),
    ("link long", 4.0, 0.7),
    ("link short", 3.0, 0.7),
    ("direction", 2.0, 0.7),
    ("feature", 2.0, 0.7),
    ("ap device", 1.0, 0.7),
    ("device slope", 1.0, 0.7),
    ("noise", 3.0, 0.5),
    ("noise share", 3.0, 0.5),
    ("height", 1.7, 0.3),
    ("saturation", 6.0, 0.5),
    ("l spot", 5.0, 0.5),
    ("l long p", 10.0, 0.5),
    ("l long a", 5.0, 0.5),
    ("l short", 2.5, 0.5),
    ("angle", 0.5, 0.5),
    ("l dir", 0.3, 0.5),
    ("l feat d", 0.3, 0.5),
    ("l feat w", 0.5, 0.5),
    ("l short d", 1.0, 0.01),
];

fn mat32(d: f64) -> f64 {
    let s = 1.732_050_8 * d;
    (1.0 + s) * (-s).exp()
}

/// Tables for one set of shapes.
pub struct Tables {
    nv: usize,
    na: usize,
    spot: Vec<f64>,
    long: Vec<f64>,
    short: Vec<f64>,
    aps: Vec<f64>,
    rows: Vec<Row>,
}

#[derive(Clone, Copy)]
struct Row {
    ap: usize,
    visit: usize,
    device: usize,
    ld: f64,
    w: f64,
    angle: f64,
    extra: [f64; 4],
    share: f64,
    fd: f64,
    fw: f64,
}

impl Tables {
    /// For these shapes.
    pub fn new(links: &[Link], p: &[f64]) -> Self {
        let s = |k: usize| p[NC + k].exp();
        let nv = links.iter().map(|l| l.visit + 1).max().unwrap_or(0);
        let na = links.iter().map(|l| l.ap + 1).max().unwrap_or(0);
        let mut vp = vec![Point::new(0.0, 0.0); nv];
        let mut ap = vec![Point::new(0.0, 0.0); na];
        for l in links {
            vp[l.visit] = l.to;
            ap[l.ap] = l.from;
        }
        let table = |pts: &[Point], len: f64| -> Vec<f64> {
            let mut t = vec![0.0; pts.len() * pts.len()];
            for i in 0..pts.len() {
                for k in 0..=i {
                    let v = mat32(pts[i].distance(pts[k]) / len);
                    t[i * pts.len() + k] = v;
                    t[k * pts.len() + i] = v;
                }
            }
            t
        };
        let (h, sat) = (s(0), s(1));
        let rows = links
            .iter()
            .map(|l| {
                let d = l.from.distance(l.to).hypot(h);
                let ld = (d / 10.0).log10();
                let w = 1.0 - (-l.walls / sat).exp();
                Row {
                    ap: l.ap,
                    visit: l.visit,
                    device: l.device,
                    ld,
                    w,
                    angle: (l.to.y - l.from.y).atan2(l.to.x - l.from.x),
                    extra: l.extra,
                    share: 1.0 - l.share,
                    fd: ld / s(8),
                    fw: w / s(9),
                }
            })
            .collect();
        Self {
            nv,
            na,
            spot: table(&vp, s(2)),
            long: table(&vp, s(3)),
            aps: table(&ap, s(4)),
            short: table(&vp, s(5)),
            rows,
        }
    }

    /// Unit covariances of links i and k.
    pub fn components(&self, i: usize, k: usize, p: &[f64]) -> [f64; NC] {
        let (a, b) = (&self.rows[i], &self.rows[k]);
        let v = a.visit * self.nv + b.visit;
        let same_ap = if a.ap == b.ap { 1.0 } else { 0.0 };
        let same_dev = if a.device == b.device { 1.0 } else { 0.0 };
        let same_visit = if a.visit == b.visit { 1.0 } else { 0.0 };
        let mut c = [0.0; NC];
        c[0] = 1.0;
        c[1] = a.ld * b.ld;
        c[2] = a.w * b.w;
        c[3] = a.extra.iter().zip(&b.extra).map(|(x, y)| x * y).sum();
        c[4] = same_ap;
        c[5] = same_ap * a.ld * b.ld;
        c[6] = same_ap * (a.w - 0.5) * (b.w - 0.5);
        c[7] = same_dev;
        c[8] = same_visit;
        c[9] = self.spot[v];
        c[10] = self.aps[a.ap * self.na + b.ap] * self.long[v];
        c[11] = same_ap * self.short[v];
        if same_ap > 0.0 {
            let turn = ((a.angle - b.angle) / 2.0).sin() * 2.0 / p[NC + 6].exp();
            c[12] = (-0.5 * turn * turn).exp() * mat32((a.ld - b.ld).abs() / p[NC + 7].exp());
        }
        let (fd, fw) = (a.fd - b.fd, a.fw - b.fw);
        c[13] = (-0.5 * (fd * fd + fw * fw)).exp();
        c[14] = same_ap * same_dev;
        c[15] = same_dev * a.ld * b.ld;
        if i == k {
            c[16] = 1.0;
            c[17] = a.share;
        }
        c
    }

    /// Prior mean.
    pub fn mean(&self, i: usize, f: f64) -> f64 {
        let r = &self.rows[i];
        20.0 - crate::propagation::free_space(10.0, f).0 - 24.0 * r.ld - 8.0 * r.w
    }
}
