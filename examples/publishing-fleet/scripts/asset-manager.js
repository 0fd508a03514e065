// Files that only some people may read are shown under one redacted name.
db.assets.updateMany(
  { access_limited: { $exists: true, $ne: [] } },
  { $set: { legacy_url_path: "/redacted.pdf", filename: "redacted.pdf" } },
);
