/** Code of the error that the module gate throws. The host takes it for a denial only with a recorded violation. */
export const MODULE_DENIED = 'ERR_TRUTHOUND_MODULE_DENIED';
