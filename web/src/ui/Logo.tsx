/** A gate's three bars above the water it holds. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="8" fill="#17627a" />
      <path d="M9 7v9M16 7v5M23 7v9" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      <path
        d="M6 24c2.5-3 4-3 6.6 0s4.1 3 6.7 0 4.1-3 6.7 0"
        stroke="#9fdcec"
        strokeWidth="2.6"
        fill="none"
        strokeLinecap="round"
      />
    </svg>
  );
}
