// What a duty opens, to show only doors that open. The server decides: crates/access/src/network.rs.

export const seesNetwork = (duties: readonly string[]): boolean => ['director', 'administrator', 'vendor'].some((duty) => duties.includes(duty));
