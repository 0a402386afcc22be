// SPDX-License-Identifier: Apache-2.0

//! Unix sockets: their names, their permissions, and their removal.
//!
//! The default socket is a file in the folder for temporary files, as go-plugin makes it, and mutual TLS says who may use it.
//! Debug mode has no TLS, so its socket lives in a folder of mode 0700.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use rustix::fs::Gid;
use tokio::net::UnixListener;

use super::{Address, Bound, Listener, SocketFiles};
use crate::{
    env::{Env, PLUGIN_UNIX_SOCKET_DIR, PLUGIN_UNIX_SOCKET_GROUP, TMPDIR},
    plugin::Error,
};

/// The longest path of a socket that every system takes: macOS has 104 bytes with the terminating zero.
const MAX_PATH_BYTES: usize = 103;

/// How often a fresh name is tried before a taken one is an error.
const ATTEMPTS: u32 = 16;

/// Listens on a fresh socket; `None` if no socket can be had, which is for TCP to answer.
pub(super) fn bind(env: &dyn Env) -> Result<Option<Bound>, Error> {
    let group = env
        .non_empty(PLUGIN_UNIX_SOCKET_GROUP)
        .map(|name| find_group(&name))
        .transpose()?;
    let folder = env
        .non_empty(PLUGIN_UNIX_SOCKET_DIR)
        .map_or_else(|| temporary_folder(env), PathBuf::from);
    match fresh(|name| listen(folder.join(name), None, group)) {
        Ok(bound) => Ok(Some(bound)),
        Err(error) => {
            tracing::warn!(%error, folder = %folder.display(), "No Unix socket can be had, using TCP");
            Ok(None)
        }
    }
}

/// Listens on a socket in a fresh folder that only this user can enter.
pub(super) fn bind_private(env: &dyn Env) -> Result<Bound, Error> {
    let parent = temporary_folder(env);
    fresh(|name| {
        let folder = parent.join(name);
        DirBuilder::new().mode(0o700).create(&folder)?;
        listen(folder.join("provider.sock"), Some(folder), None)
    })
    .map_err(Error::Listen)
}

fn temporary_folder(env: &dyn Env) -> PathBuf {
    env.non_empty(TMPDIR)
        .map_or_else(|| PathBuf::from("/tmp"), PathBuf::from)
}

/// Tries `make` with fresh names until one is not taken.
fn fresh(make: impl Fn(String) -> io::Result<Bound>) -> io::Result<Bound> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..ATTEMPTS {
        let suffix = getrandom::u64().map_err(io::Error::other)?;
        match make(format!("plugin{suffix:016x}")) {
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::AddrInUse | io::ErrorKind::AlreadyExists
                ) =>
            {
                last = error;
            }
            result => return result,
        }
    }
    Err(last)
}

fn listen(socket: PathBuf, folder: Option<PathBuf>, group: Option<Gid>) -> io::Result<Bound> {
    // Before anything can fail, so that a folder without a socket goes too.
    let files = SocketFiles { socket, folder };
    let path = files.socket.as_path();
    let text = utf8(path)?;
    if text.len() > MAX_PATH_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidFilename,
            format!("a socket's path may have {MAX_PATH_BYTES} bytes"),
        ));
    }
    let listener = match UnixListener::bind(path) {
        Ok(listener) => listener,
        Err(error) => {
            if error.kind() == io::ErrorKind::AddrInUse && files.folder.is_none() {
                // The file is somebody else's.
                std::mem::forget(files);
            }
            return Err(error);
        }
    };
    let mode = if group.is_some() { 0o660 } else { 0o600 };
    if group.is_some() {
        rustix::fs::chown(path, None, group)?;
    }
    fs::set_permissions(path, Permissions::from_mode(mode))?;
    Ok(Bound {
        address: Address {
            network: "unix",
            text,
        },
        listener: Listener::Unix(listener),
        files: Some(files),
    })
}

fn utf8(path: &Path) -> io::Result<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidFilename,
            "a socket's path must be UTF-8",
        )
    })
}

/// A group by number or by name. Names are looked up in `/etc/group`: other sources of groups need a number.
fn find_group(name: &str) -> Result<Gid, Error> {
    let unknown = || Error::UnknownGroup(name.to_owned());
    if let Ok(number) = name.parse() {
        return Ok(Gid::from_raw(number));
    }
    let groups = fs::read_to_string("/etc/group").map_err(|_| unknown())?;
    group_in(&groups, name)
        .map(Gid::from_raw)
        .ok_or_else(unknown)
}

/// The number of a group in the text of an `/etc/group`.
fn group_in(groups: &str, name: &str) -> Option<u32> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn env(name: &str, value: &Path) -> BTreeMap<String, String> {
        BTreeMap::from([(name.to_owned(), value.to_str().unwrap().to_owned())])
    }

    fn mode(path: impl AsRef<Path>) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn the_socket_is_private_to_the_user_and_goes_on_drop() {
        let folder = tempfile::tempdir().unwrap();
        let bound = bind(&env(PLUGIN_UNIX_SOCKET_DIR, folder.path()))
            .unwrap()
            .unwrap();
        let path = PathBuf::from(&bound.address.text);
        assert_eq!(path.parent().unwrap(), folder.path());
        assert!(
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("plugin")
        );
        assert_eq!(mode(&path), 0o600);
        drop(bound);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_group_may_connect_when_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut env = env(PLUGIN_UNIX_SOCKET_DIR, folder.path());
        let own = rustix::process::getgid().as_raw().to_string();
        env.insert(PLUGIN_UNIX_SOCKET_GROUP.to_owned(), own);
        let bound = bind(&env).unwrap().unwrap();
        assert_eq!(mode(&bound.address.text), 0o660);

        env.insert(
            PLUGIN_UNIX_SOCKET_GROUP.to_owned(),
            "no such group".to_owned(),
        );
        assert!(matches!(bind(&env), Err(Error::UnknownGroup(_))));
    }

    #[tokio::test]
    async fn the_debug_socket_is_in_a_folder_of_mode_0700_that_goes_with_it() {
        let parent = tempfile::tempdir().unwrap();
        let bound = bind_private(&env(TMPDIR, parent.path())).unwrap();
        let folder = PathBuf::from(&bound.address.text)
            .parent()
            .unwrap()
            .to_owned();
        assert_eq!(mode(&folder), 0o700);
        drop(bound);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_path_that_is_too_long_or_absent_is_left_to_tcp() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("x".repeat(MAX_PATH_BYTES));
        fs::create_dir(&long).unwrap();
        assert!(bind(&env(TMPDIR, &long)).unwrap().is_none());
        assert!(
            bind(&env(TMPDIR, &folder.path().join("absent")))
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn groups_are_found_by_number_and_by_name() {
        assert_eq!(find_group("12").unwrap().as_raw(), 12);
        assert_eq!(
            group_in("root:x:0:\nstaff:x:50:ann,bob\n", "staff"),
            Some(50)
        );
        assert_eq!(group_in("root:x:0:\n", "staff"), None);
    }
}
