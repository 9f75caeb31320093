//! Proofs over every page in the catalogue: its markup, its words. Its colours: [`crate::config::colours`].

pub(super) mod html;
mod markup;
mod messages;

/// Writes every sample to the directory that `HARP_PAGES` names, to be looked at. Without it, it proves that they can be written.
#[test]
fn every_page_can_be_written_to_a_file() {
    let kept = std::env::var_os("HARP_PAGES").map(std::path::PathBuf::from);
    let fresh = tempfile::tempdir().unwrap();
    let dir = kept.unwrap_or_else(|| fresh.path().to_owned());
    let assets = dir.join("assets");
    std::fs::create_dir_all(&assets).unwrap();
    for name in ["harp.css", "icon.svg", "show.js", "clock.js"] {
        let path = super::asset::asset_url(name);
        let file = path.rsplit('/').next().unwrap();
        std::fs::write(assets.join(file), &super::asset::asset(file).unwrap().bytes).unwrap();
    }
    for sample in super::catalogue::pages(&super::words::Words::english()) {
        let html = sample.html.replace("\"/assets/", "\"assets/");
        std::fs::write(dir.join(format!("{}.html", sample.slug)), html).unwrap();
    }
    for letter in super::catalogue::letters(&super::words::Words::english()) {
        std::fs::write(
            dir.join(format!("{}.txt", letter.slug)),
            format!("{}\n\n{}", letter.subject, letter.text),
        )
        .unwrap();
        if let Some(html) = letter.html {
            std::fs::write(dir.join(format!("{}.html", letter.slug)), html).unwrap();
        }
    }
}
