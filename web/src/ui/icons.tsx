// Line icons on a 24 grid, drawn for this product; colour and size come from around them.

import type { ReactNode } from 'react'

function icon(children: ReactNode) {
  return function Icon({ size = 20 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.75"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {children}
      </svg>
    )
  }
}

export const HomeIcon = icon(<><path d="M4.500 9.500a8 8 0 0 1 14.500-1.300M19.500 14.500a8 8 0 0 1-14.500 1.300" /><path d="M19.500 4v4.500H15M4.500 20v-4.500H9" /></>)
export const LabelIcon = icon(<><path d="M4 5.500h9.200a2 2 0 0 1 1.500.7l4.700 5.300-4.700 5.300a2 2 0 0 1-1.500.7H4z" /><circle cx="9" cy="11.500" r="1.200" /></>)
export const DecideIcon = icon(<><path d="M12 4v16M7 20h10M5 7h14" /><path d="M5 7l-2.500 6a3 3 0 0 0 5 0zM19 7l-2.500 6a3 3 0 0 0 5 0z" /></>)
export const ItemsIcon = icon(<><rect x="4" y="4" width="6.500" height="6.500" rx="1.500" /><rect x="13.500" y="4" width="6.500" height="6.500" rx="1.500" /><rect x="4" y="13.500" width="6.500" height="6.500" rx="1.500" /><rect x="13.500" y="13.500" width="6.500" height="6.500" rx="1.500" /></>)
export const MapIcon = icon(<><circle cx="7" cy="8" r="1.600" /><circle cx="11.500" cy="6" r="1.600" /><circle cx="8.500" cy="12.500" r="1.600" /><circle cx="17" cy="14" r="1.600" /><circle cx="15" cy="18.500" r="1.600" /><path d="M3.500 9.500C3 5 8 2.500 12.500 3.500s3.500 6-.5 10-8 1.500-8.500-4z" strokeDasharray="2.500 2.500" /></>)
export const TeamIcon = icon(<><circle cx="9" cy="8.500" r="3.500" /><path d="M3 19.500c.6-3.200 3-5 6-5s5.400 1.800 6 5M15.500 5.300a3.500 3.500 0 0 1 0 6.400M17.500 14.900c1.900.7 3.100 2.300 3.500 4.600" /></>)
export const SettingsIcon = icon(<><path d="M4 7h9M18 7h2M4 17h2M11 17h9" /><circle cx="15.500" cy="7" r="2.300" /><circle cx="8.500" cy="17" r="2.300" /></>)
export const ReviewIcon = icon(<><rect x="4" y="4" width="6.500" height="16" rx="1.500" /><rect x="13.500" y="4" width="6.500" height="16" rx="1.500" /><path d="M6 9h2.500M15.500 9h2.500M15.500 13h2.500" /></>)
export const QualityIcon = icon(<><circle cx="12" cy="9.500" r="5.500" /><path d="M9.800 9.500l1.600 1.600 2.900-3M8.500 14.500 7 20.500l5-2 5 2-1.500-6" /></>)
export const MoreIcon = icon(<><circle cx="5.500" cy="12" r="1" /><circle cx="12" cy="12" r="1" /><circle cx="18.500" cy="12" r="1" /></>)
export const KeyboardIcon = icon(<><rect x="2.500" y="6" width="19" height="12" rx="2.500" /><path d="M6.500 10h.01M10 10h.01M14 10h.01M17.500 10h.01M8 14h8" /></>)
export const SunIcon = icon(<><circle cx="12" cy="12" r="4" /><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600 7 7M17 17l1.400 1.400M18.400 5.600 17 7M7 17l-1.400 1.400" /></>)
export const MoonIcon = icon(<path d="M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z" />)
export const BookIcon = icon(<path d="M12 6.500C10 5 7.500 4.500 4 4.500v13c3.500 0 6 .5 8 2 2-1.500 4.500-2 8-2v-13c-3.500 0-6 .5-8 2zM12 6.500v13" />)
export const SparkIcon = icon(<path d="M12 4l1.800 5.200L19 11l-5.200 1.800L12 18l-1.800-5.200L5 11l5.200-1.800z" />)
export const CheckIcon = icon(<path d="M5 12.500l4.500 4.500L19 7" />)
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />)
export const ArrowIcon = icon(<path d="M5 12h14M13 6l6 6-6 6" />)
export const BackIcon = icon(<path d="M19 12H5M11 6l-6 6 6 6" />)
export const CloudIcon = icon(<><path d="M7 18.500a4.500 4.500 0 0 1-.6-8.960A6 6 0 0 1 17.900 11a3.800 3.800 0 0 1-.4 7.500z" /><path d="M12 15.500v-4M10.200 13l1.800-1.800 1.800 1.800" /></>)
export const TrashIcon = icon(<path d="M5 7h14M10 7V4.500h4V7M7 7l.8 12.500h8.400L17 7" />)
export const CopyIcon = icon(<><rect x="8.500" y="8.500" width="11" height="11" rx="2" /><path d="M15.500 8.500v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2" /></>)
// The nine steps.
export const CollectIcon = icon(<><path d="M4 13v4.500a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V13" /><path d="M12 4v10M8 10.500l4 4 4-4" /></>)
export const SelectIcon = icon(<><circle cx="12" cy="12" r="7.500" /><circle cx="12" cy="12" r="2.500" /><path d="M12 2.500v4M12 17.500v4M2.500 12h4M17.500 12h4" /></>)
export const AskIcon = icon(<><path d="M20 11.500c0 3.900-3.600 7-8 7-1.100 0-2.200-.2-3.200-.6L4.500 19.500l1.200-3.500A6.600 6.600 0 0 1 4 11.500c0-3.900 3.600-7 8-7s8 3.100 8 7z" /><path d="M10 9.800a2 2 0 1 1 2.800 2c-.6.300-.8.600-.8 1.200M12 15.200h.01" /></>)
export const ResolveIcon = icon(<><path d="M5 5v3.500a4 4 0 0 0 4 4h10M5 19.500V17a4.500 4.500 0 0 1 4-4.500" /><path d="M15.500 9l3.500 3.500-3.500 3.500" /></>)
export const CommitIcon = icon(<><circle cx="12" cy="12" r="3.800" /><path d="M3 12h5.200M15.800 12H21" /></>)
export const TrainIcon = icon(<><circle cx="6" cy="7" r="2" /><circle cx="6" cy="17" r="2" /><circle cx="18" cy="12" r="2" /><path d="M8 7.800l8 3.400M8 16.200l8-3.400M6 9v6" /></>)
export const EvaluateIcon = icon(<><path d="M4 19.500h16M6.500 16v-4M11 16V6.500M15.500 16v-6.500M20 16V4.500" /></>)
export const ReleaseIcon = icon(<><path d="M12 3.500c3.500 2 5 5 5 9l-2.500 3h-5L7 12.500c0-4 1.500-7 5-9z" /><circle cx="12" cy="10" r="1.600" /><path d="M9.500 18.500c.5 1 1.500 1.500 2.500 2 1-.5 2-1 2.500-2" /></>)
export const MonitorIcon = icon(<path d="M2.500 12.500h4.500l2.500-7 4.500 13 2.500-6h5" />)

/** The mark: two threads each way, over and under in turn. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#3b3f8f" />
      <g fill="none" strokeWidth="3.400" strokeLinecap="round">
        <path stroke="#fff" d="M10.500 7v18M21.500 7v18" />
        <path stroke="#f2b45c" d="M7 12h6.500M25 12h-.5M19 12h-1" opacity="0" />
        <path stroke="#f2b45c" d="M6.500 12h8.500M25.500 20h-8.500" />
        <path stroke="#f2b45c" d="M24.500 12h1M6.500 20h1" />
      </g>
    </svg>
  )
}
