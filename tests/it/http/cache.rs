//! The cache of bytes: its bound, who stays in it, and that it gives only the right ones.

use std::path::Path;
use std::sync::Arc;

use super::document;
use super::sockets::put;
use feedmill::base::hash::Hash;
use feedmill::feed::edition::Document;
use feedmill::http::encoding::Coding;
use feedmill::server::cache::{Cache, Miss};

/// As many documents in `folder`, 1,500 bytes each.
fn documents(folder: &Path, count: usize) -> Vec<(Arc<str>, Document)> {
    let document = |number| {
        let text = format!("{number:03}").repeat(500);
        let path: Arc<str> = format!("{number}.xml").into();
        put(folder, &path, &text);
        let (hash, length) = (Hash::of(text.as_bytes()), text.len() as u64);
        (path, Document { hash, length, ..document("rss.xml") })
    };
    (0..count).map(document).collect()
}

#[tokio::test]
async fn it_keeps_to_its_budget() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(Cache::new(folder.path().to_owned(), 10_000));
    let documents = documents(folder.path(), 20);
    let hot = documents[0].1.hash;
    for (path, document) in &documents {
        assert!(cache.bytes(path, document, Coding::Identity).await.is_ok());
        assert!(cache.size() <= 10_000);
        // What is asked for all the time stays.
        assert!(cache.hit(hot, Coding::Identity).is_some());
    }
    assert!(cache.hit(documents[1].1.hash, Coding::Identity).is_none());
    assert!(cache.hit(documents[19].1.hash, Coding::Identity).is_some());
    // Two who ask at once share the same bytes: they are read once.
    let (path, document) = &documents[1];
    let one = cache.bytes(path, document, Coding::Identity);
    let two = cache.bytes(path, document, Coding::Identity);
    let (one, two) = tokio::join!(one, two);
    assert_eq!(one.unwrap().as_ptr(), two.unwrap().as_ptr());
    // Larger than the whole budget: sent, not kept.
    let small = Arc::new(Cache::new(folder.path().to_owned(), 100));
    let (path, document) = &documents[0];
    assert!(small.bytes(path, document, Coding::Identity).await.is_ok());
    assert_eq!(small.size(), 0);
}

#[tokio::test]
async fn what_was_wanted_once_goes_when_it_is_wanted_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(Cache::new(folder.path().to_owned(), 10_000));
    let documents = documents(folder.path(), 40);
    for (path, document) in &documents {
        // All are wanted when room is needed, so that no mark helps to choose.
        cache.bytes(path, document, Coding::Identity).await.unwrap();
        assert!(cache.hit(document.hash, Coding::Identity).is_some());
        assert!(cache.size() <= 10_000);
    }
    let kept =
        |(_, document): &&(_, Document)| cache.hit(document.hash, Coding::Identity).is_some();
    let kept = documents.iter().filter(kept).count();
    assert!((4..=6).contains(&kept), "{kept}");
}

#[tokio::test]
async fn both_codings_are_kept_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(Cache::new(folder.path().to_owned(), 1_000_000));
    for (path, document) in &documents(folder.path(), 300) {
        let plain = cache.bytes(path, document, Coding::Identity).await.unwrap();
        let packed = cache.bytes(path, document, Coding::Gzip).await.unwrap();
        assert!(packed.len() < plain.len());
        assert_eq!(cache.hit(document.hash, Coding::Identity), Some(plain));
        assert_eq!(cache.hit(document.hash, Coding::Gzip), Some(packed));
    }
}

#[test]
fn readers_and_writers_do_not_mix_bytes_up() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(Cache::new(folder.path().to_owned(), 10_000));
    let documents = documents(folder.path(), 12);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut readers = tokio::task::JoinSet::new();
        for reader in 0..4 {
            let (cache, documents) = (Arc::clone(&cache), documents.clone());
            readers.spawn(async move {
                for turn in 0..400 {
                    let (path, document) = &documents[(turn * (reader + 1)) % documents.len()];
                    let bytes = match cache.hit(document.hash, Coding::Identity) {
                        Some(bytes) => bytes,
                        None => cache.bytes(path, document, Coding::Identity).await.unwrap(),
                    };
                    assert_eq!(Hash::of(&bytes), document.hash);
                    assert!(cache.size() <= 10_000);
                }
            });
        }
        while let Some(reader) = readers.join_next().await {
            reader.unwrap();
        }
    });
}

#[tokio::test]
async fn bytes_that_are_not_those_of_the_document_are_not_given() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(Cache::new(folder.path().to_owned(), 10_000));
    let (path, document) = &documents(folder.path(), 1)[0];
    // Changed, gone, a folder in its place.
    put(folder.path(), path, &"y".repeat(1500));
    assert_eq!(cache.bytes(path, document, Coding::Gzip).await, Err(Miss::Replaced));
    std::fs::remove_file(folder.path().join(&**path)).unwrap();
    assert_eq!(cache.bytes(path, document, Coding::Gzip).await, Err(Miss::Replaced));
    std::fs::create_dir(folder.path().join(&**path)).unwrap();
    assert_eq!(cache.bytes(path, document, Coding::Gzip).await, Err(Miss::Replaced));
    assert_eq!(cache.size(), 0);
}
