//! Who listens on a port.

/// The process that listens on a port, as far as this user may know.
pub(crate) fn holder(port: u16) -> Option<i32> {
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| std::fs::read_to_string(path).unwrap_or_default());
    let inode = tables.iter().find_map(|table| listening_inode(table, port))?;
    let socket = format!("socket:[{inode}]");
    let processes = std::fs::read_dir("/proc").ok()?;
    processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok()).find(|pid| {
        let Ok(files) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
        files
            .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok())
            .any(|target| target.as_os_str() == socket.as_str())
    })
}

/// Finds the socket in state LISTEN (0A) on a port in a table of `/proc/net/tcp`.
fn listening_inode(table: &str, port: u16) -> Option<&str> {
    let suffix = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = fields.get(1)?.ends_with(&suffix) && *fields.get(3)? == "0A";
        listens.then(|| fields.get(9).copied()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:11D6 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0
   1: 0100007F:11D7 0100007F:11D6 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0 100 0
";

    #[test]
    fn only_a_listening_socket_counts() {
        assert_eq!(listening_inode(TABLE, 0x11D6), Some("111"));
        assert_eq!(listening_inode(TABLE, 0x11D7), None);
        assert_eq!(listening_inode("", 1), None);
    }
}
