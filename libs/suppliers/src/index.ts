export type { ApiKey, Caller } from './api-key';
export { ApiKeysRepository } from './api-keys.repository';
export { ApiKeysService } from './api-keys.service';
export { AuditVerifier, type ChainProblem, type ChainResult } from './audit-chain';
export { AuditTrail, recordAudit, type AuditEntry, type StoredAuditEntry } from './audit-trail';
export { Bootstrap } from './bootstrap';
export { checkRuleSettings, type RuleSettings } from './rule-settings';
export { SuppliersModule } from './suppliers.module';
export { SuppliersService, type Supplier } from './suppliers.service';
