export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres';
export { makeTemporaryDataDir, removeStaleTemporaryDirs } from './temporary-dirs';
