/**
 * Names of MITRE ATT&CK: techniques and the tactics that they serve.
 *
 * Source: https://github.com/mitre-attack/attack-stix-data, `enterprise-attack-18.1.json` (ATT&CK v18.1, Enterprise, October
 * 2025); revoked and deprecated techniques are there too, because old alerts name them. (c) 2025 The MITRE Corporation. This
 * work is reproduced and distributed with the permission of The MITRE Corporation.
 *
 * Long because each technique takes a line of its own.
 */

/** The tactics by the letters that stand for them below, in ATT&CK's order. */
export const tacticTable = `
re TA0043 Reconnaissance
rd TA0042 Resource Development
ia TA0001 Initial Access
ex TA0002 Execution
pe TA0003 Persistence
pr TA0004 Privilege Escalation
de TA0005 Defense Evasion
ca TA0006 Credential Access
di TA0007 Discovery
lm TA0008 Lateral Movement
co TA0009 Collection
cc TA0011 Command and Control
ef TA0010 Exfiltration
im TA0040 Impact
`

/** The techniques: id, tactics, name. */
export const techniqueTable = `
T1001 cc Data Obfuscation
T1001.001 cc Junk Data
T1001.002 cc Steganography
T1001.003 cc Protocol or Service Impersonation
T1002 ef Data Compressed
T1003 ca OS Credential Dumping
T1003.001 ca LSASS Memory
T1003.002 ca Security Account Manager
T1003.003 ca NTDS
T1003.004 ca LSA Secrets
T1003.005 ca Cached Domain Credentials
T1003.006 ca DCSync
T1003.007 ca Proc Filesystem
T1003.008 ca /etc/passwd and /etc/shadow
T1004 pe Winlogon Helper DLL
T1005 co Data from Local System
T1006 de Direct Volume Access
T1007 di System Service Discovery
T1008 cc Fallback Channels
T1009 de Binary Padding
T1010 di Application Window Discovery
T1011 ef Exfiltration Over Other Network Medium
T1011.001 ef Exfiltration Over Bluetooth
T1012 di Query Registry
T1013 pe,pr Port Monitors
T1014 de Rootkit
T1015 pe,pr Accessibility Features
T1016 di System Network Configuration Discovery
T1016.001 di Internet Connection Discovery
T1016.002 di Wi-Fi Discovery
T1017 lm Application Deployment Software
T1018 di Remote System Discovery
T1019 pe System Firmware
T1020 ef Automated Exfiltration
T1020.001 ef Traffic Duplication
T1021 lm Remote Services
T1021.001 lm Remote Desktop Protocol
T1021.002 lm SMB/Windows Admin Shares
T1021.003 lm Distributed Component Object Model
T1021.004 lm SSH
T1021.005 lm VNC
T1021.006 lm Windows Remote Management
T1021.007 lm Cloud Services
T1021.008 lm Direct Cloud VM Connections
T1022 ef Data Encrypted
T1023 pe Shortcut Modification
T1024 cc Custom Cryptographic Protocol
T1025 co Data from Removable Media
T1026 cc Multiband Communication
T1027 de Obfuscated Files or Information
T1027.001 de Binary Padding
T1027.002 de Software Packing
T1027.003 de Steganography
T1027.004 de Compile After Delivery
T1027.005 de Indicator Removal from Tools
T1027.006 de HTML Smuggling
T1027.007 de Dynamic API Resolution
T1027.008 de Stripped Payloads
T1027.009 de Embedded Payloads
T1027.010 de Command Obfuscation
T1027.011 de Fileless Storage
T1027.012 de LNK Icon Smuggling
T1027.013 de Encrypted/Encoded File
T1027.014 de Polymorphic Code
T1027.015 de Compression
T1027.016 de Junk Code Insertion
T1027.017 de SVG Smuggling
T1028 ex,lm Windows Remote Management
T1029 ef Scheduled Transfer
T1030 ef Data Transfer Size Limits
T1031 pe Modify Existing Service
T1032 cc Standard Cryptographic Protocol
T1033 di System Owner/User Discovery
T1034 pe,pr Path Interception
T1035 ex Service Execution
T1036 de Masquerading
T1036.001 de Invalid Code Signature
T1036.002 de Right-to-Left Override
T1036.003 de Rename Legitimate Utilities
T1036.004 de Masquerade Task or Service
T1036.005 de Match Legitimate Resource Name or Location
T1036.006 de Space after Filename
T1036.007 de Double File Extension
T1036.008 de Masquerade File Type
T1036.009 de Break Process Trees
T1036.010 de Masquerade Account Name
T1036.011 de Overwrite Process Arguments
T1036.012 de Browser Fingerprint
T1037 pe,pr Boot or Logon Initialization Scripts
T1037.001 pe,pr Logon Script (Windows)
T1037.002 pe,pr Login Hook
T1037.003 pe,pr Network Logon Script
T1037.004 pe,pr RC Scripts
T1037.005 pe,pr Startup Items
T1038 pe,pr,de DLL Search Order Hijacking
T1039 co Data from Network Shared Drive
T1040 ca,di Network Sniffing
T1041 ef Exfiltration Over C2 Channel
T1042 pe Change Default File Association
T1043 cc Commonly Used Port
T1044 pe,pr File System Permissions Weakness
T1045 de Software Packing
T1046 di Network Service Discovery
T1047 ex Windows Management Instrumentation
T1048 ef Exfiltration Over Alternative Protocol
T1048.001 ef Exfiltration Over Symmetric Encrypted Non-C2 Protocol
T1048.002 ef Exfiltration Over Asymmetric Encrypted Non-C2 Protocol
T1048.003 ef Exfiltration Over Unencrypted Non-C2 Protocol
T1049 di System Network Connections Discovery
T1050 pe,pr New Service
T1051 lm Shared Webroot
T1052 ef Exfiltration Over Physical Medium
T1052.001 ef Exfiltration over USB
T1053 ex,pe,pr Scheduled Task/Job
T1053.001 ex,pe,pr At (Linux)
T1053.002 ex,pe,pr At
T1053.003 ex,pe,pr Cron
T1053.004 ex,pe,pr Launchd
T1053.005 ex,pe,pr Scheduled Task
T1053.006 ex,pe,pr Systemd Timers
T1053.007 ex,pe,pr Container Orchestration Job
T1054 de Indicator Blocking
T1055 de,pr Process Injection
T1055.001 de,pr Dynamic-link Library Injection
T1055.002 de,pr Portable Executable Injection
T1055.003 de,pr Thread Execution Hijacking
T1055.004 de,pr Asynchronous Procedure Call
T1055.005 de,pr Thread Local Storage
T1055.008 de,pr Ptrace System Calls
T1055.009 de,pr Proc Memory
T1055.011 de,pr Extra Window Memory Injection
T1055.012 de,pr Process Hollowing
T1055.013 de,pr Process Doppelgänging
T1055.014 de,pr VDSO Hijacking
T1055.015 de,pr ListPlanting
T1056 co,ca Input Capture
T1056.001 co,ca Keylogging
T1056.002 co,ca GUI Input Capture
T1056.003 co,ca Web Portal Capture
T1056.004 co,ca Credential API Hooking
T1057 di Process Discovery
T1058 pe,pr Service Registry Permissions Weakness
T1059 ex Command and Scripting Interpreter
T1059.001 ex PowerShell
T1059.002 ex AppleScript
T1059.003 ex Windows Command Shell
T1059.004 ex Unix Shell
T1059.005 ex Visual Basic
T1059.006 ex Python
T1059.007 ex JavaScript
T1059.008 ex Network Device CLI
T1059.009 ex Cloud API
T1059.010 ex AutoHotKey & AutoIT
T1059.011 ex Lua
T1059.012 ex Hypervisor CLI
T1059.013 ex Container CLI/API
T1060 pe Registry Run Keys / Startup Folder
T1061 ex Graphical User Interface
T1062 pe Hypervisor
T1063 di Security Software Discovery
T1064 de,ex Scripting
T1065 cc Uncommonly Used Port
T1066 de Indicator Removal from Tools
T1067 pe Bootkit
T1068 pr Exploitation for Privilege Escalation
T1069 di Permission Groups Discovery
T1069.001 di Local Groups
T1069.002 di Domain Groups
T1069.003 di Cloud Groups
T1070 de Indicator Removal
T1070.001 de Clear Windows Event Logs
T1070.002 de Clear Linux or Mac System Logs
T1070.003 de Clear Command History
T1070.004 de File Deletion
T1070.005 de Network Share Connection Removal
T1070.006 de Timestomp
T1070.007 de Clear Network Connection History and Configurations
T1070.008 de Clear Mailbox Data
T1070.009 de Clear Persistence
T1070.010 de Relocate Malware
T1071 cc Application Layer Protocol
T1071.001 cc Web Protocols
T1071.002 cc File Transfer Protocols
T1071.003 cc Mail Protocols
T1071.004 cc DNS
T1071.005 cc Publish/Subscribe Protocols
T1072 ex,lm Software Deployment Tools
T1073 de DLL Side-Loading
T1074 co Data Staged
T1074.001 co Local Data Staging
T1074.002 co Remote Data Staging
T1075 lm Pass the Hash
T1076 lm Remote Desktop Protocol
T1077 lm Windows Admin Shares
T1078 de,pe,pr,ia Valid Accounts
T1078.001 de,pe,pr,ia Default Accounts
T1078.002 de,pe,pr,ia Domain Accounts
T1078.003 de,pe,pr,ia Local Accounts
T1078.004 de,pe,pr,ia Cloud Accounts
T1079 cc Multilayer Encryption
T1080 lm Taint Shared Content
T1081 ca Credentials in Files
T1082 di System Information Discovery
T1083 di File and Directory Discovery
T1084 pe Windows Management Instrumentation Event Subscription
T1085 de,ex Rundll32
T1086 ex PowerShell
T1087 di Account Discovery
T1087.001 di Local Account
T1087.002 di Domain Account
T1087.003 di Email Account
T1087.004 di Cloud Account
T1088 de,pr Bypass User Account Control
T1089 de Disabling Security Tools
T1090 cc Proxy
T1090.001 cc Internal Proxy
T1090.002 cc External Proxy
T1090.003 cc Multi-hop Proxy
T1090.004 cc Domain Fronting
T1091 lm,ia Replication Through Removable Media
T1092 cc Communication Through Removable Media
T1093 de Process Hollowing
T1094 cc Custom Command and Control Protocol
T1095 cc Non-Application Layer Protocol
T1096 de NTFS File Attributes
T1097 lm Pass the Ticket
T1098 pe,pr Account Manipulation
T1098.001 pe,pr Additional Cloud Credentials
T1098.002 pe,pr Additional Email Delegate Permissions
T1098.003 pe,pr Additional Cloud Roles
T1098.004 pe,pr SSH Authorized Keys
T1098.005 pe,pr Device Registration
T1098.006 pe,pr Additional Container Cluster Roles
T1098.007 pe,pr Additional Local or Domain Groups
T1099 de Timestomp
T1100 pe,pr Web Shell
T1101 pe Security Support Provider
T1102 cc Web Service
T1102.001 cc Dead Drop Resolver
T1102.002 cc Bidirectional Communication
T1102.003 cc One-Way Communication
T1103 pe,pr AppInit DLLs
T1104 cc Multi-Stage Channels
T1105 cc Ingress Tool Transfer
T1106 ex Native API
T1107 de File Deletion
T1108 de,pe Redundant Access
T1109 de,pe Component Firmware
T1110 ca Brute Force
T1110.001 ca Password Guessing
T1110.002 ca Password Cracking
T1110.003 ca Password Spraying
T1110.004 ca Credential Stuffing
T1111 ca Multi-Factor Authentication Interception
T1112 de,pe Modify Registry
T1113 co Screen Capture
T1114 co Email Collection
T1114.001 co Local Email Collection
T1114.002 co Remote Email Collection
T1114.003 co Email Forwarding Rule
T1115 co Clipboard Data
T1116 de Code Signing
T1117 de,ex Regsvr32
T1118 de,ex InstallUtil
T1119 co Automated Collection
T1120 di Peripheral Device Discovery
T1121 de,ex Regsvcs/Regasm
T1122 de,pe Component Object Model Hijacking
T1123 co Audio Capture
T1124 di System Time Discovery
T1125 co Video Capture
T1126 de Network Share Connection Removal
T1127 de Trusted Developer Utilities Proxy Execution
T1127.001 de MSBuild
T1127.002 de ClickOnce
T1127.003 de JamPlus
T1128 pe Netsh Helper DLL
T1129 ex Shared Modules
T1130 de Install Root Certificate
T1131 pe Authentication Package
T1132 cc Data Encoding
T1132.001 cc Standard Encoding
T1132.002 cc Non-Standard Encoding
T1133 pe,ia External Remote Services
T1134 de,pr Access Token Manipulation
T1134.001 de,pr Token Impersonation/Theft
T1134.002 de,pr Create Process with Token
T1134.003 de,pr Make and Impersonate Token
T1134.004 de,pr Parent PID Spoofing
T1134.005 de,pr SID-History Injection
T1135 di Network Share Discovery
T1136 pe Create Account
T1136.001 pe Local Account
T1136.002 pe Domain Account
T1136.003 pe Cloud Account
T1137 pe Office Application Startup
T1137.001 pe Office Template Macros
T1137.002 pe Office Test
T1137.003 pe Outlook Forms
T1137.004 pe Outlook Home Page
T1137.005 pe Outlook Rules
T1137.006 pe Add-ins
T1138 pe,pr Application Shimming
T1139 ca Bash History
T1140 de Deobfuscate/Decode Files or Information
T1141 ca Input Prompt
T1142 ca Keychain
T1143 de Hidden Window
T1144 de Gatekeeper Bypass
T1145 ca Private Keys
T1146 de Clear Command History
T1147 de Hidden Users
T1148 de HISTCONTROL
T1149 de LC_MAIN Hijacking
T1150 de,pe,pr Plist Modification
T1151 de,ex Space after Filename
T1152 de,ex,pe Launchctl
T1153 ex Source
T1154 ex,pe Trap
T1155 ex AppleScript
T1156 pe Malicious Shell Modification
T1157 pe,pr Dylib Hijacking
T1158 de,pe Hidden Files and Directories
T1159 pe Launch Agent
T1160 pe,pr Launch Daemon
T1161 pe LC_LOAD_DYLIB Addition
T1162 pe Login Item
T1163 pe Rc.common
T1164 pe Re-opened Applications
T1165 pe,pr Startup Items
T1166 pr,pe Setuid and Setgid
T1167 ca Securityd Memory
T1168 pe,ex Local Job Scheduling
T1169 pr Sudo
T1170 de,ex Mshta
T1171 ca LLMNR/NBT-NS Poisoning and Relay
T1172 cc Domain Fronting
T1173 ex Dynamic Data Exchange
T1174 ca Password Filter DLL
T1175 lm,ex Component Object Model and Distributed COM
T1176 pe Software Extensions
T1176.001 pe Browser Extensions
T1176.002 pe IDE Extensions
T1177 ex,pe LSASS Driver
T1178 pr SID-History Injection
T1179 pe,pr,ca Hooking
T1180 pe Screensaver
T1181 de,pr Extra Window Memory Injection
T1182 pe,pr AppCert DLLs
T1183 pr,pe,de Image File Execution Options Injection
T1184 lm SSH Hijacking
T1185 co Browser Session Hijacking
T1186 de Process Doppelgänging
T1187 ca Forced Authentication
T1188 cc Multi-hop Proxy
T1189 ia Drive-by Compromise
T1190 ia Exploit Public-Facing Application
T1191 de,ex CMSTP
T1192 ia Spearphishing Link
T1193 ia Spearphishing Attachment
T1194 ia Spearphishing via Service
T1195 ia Supply Chain Compromise
T1195.001 ia Compromise Software Dependencies and Development Tools
T1195.002 ia Compromise Software Supply Chain
T1195.003 ia Compromise Hardware Supply Chain
T1196 de,ex Control Panel Items
T1197 de,pe BITS Jobs
T1198 de,pe SIP and Trust Provider Hijacking
T1199 ia Trusted Relationship
T1200 ia Hardware Additions
T1201 di Password Policy Discovery
T1202 de Indirect Command Execution
T1203 ex Exploitation for Client Execution
T1204 ex User Execution
T1204.001 ex Malicious Link
T1204.002 ex Malicious File
T1204.003 ex Malicious Image
T1204.004 ex Malicious Copy and Paste
T1204.005 ex Malicious Library
T1205 de,pe,cc Traffic Signaling
T1205.001 de,pe,cc Port Knocking
T1205.002 de,pe,cc Socket Filters
T1206 pr Sudo Caching
T1207 de Rogue Domain Controller
T1208 ca Kerberoasting
T1209 pe Time Providers
T1210 lm Exploitation of Remote Services
T1211 de Exploitation for Defense Evasion
T1212 ca Exploitation for Credential Access
T1213 co Data from Information Repositories
T1213.001 co Confluence
T1213.002 co Sharepoint
T1213.003 co Code Repositories
T1213.004 co Customer Relationship Management Software
T1213.005 co Messaging Applications
T1213.006 co Databases
T1214 ca Credentials in Registry
T1215 pe Kernel Modules and Extensions
T1216 de System Script Proxy Execution
T1216.001 de PubPrn
T1216.002 de SyncAppvPublishingServer
T1217 di Browser Information Discovery
T1218 de System Binary Proxy Execution
T1218.001 de Compiled HTML File
T1218.002 de Control Panel
T1218.003 de CMSTP
T1218.004 de InstallUtil
T1218.005 de Mshta
T1218.007 de Msiexec
T1218.008 de Odbcconf
T1218.009 de Regsvcs/Regasm
T1218.010 de Regsvr32
T1218.011 de Rundll32
T1218.012 de Verclsid
T1218.013 de Mavinject
T1218.014 de MMC
T1218.015 de Electron Applications
T1219 cc Remote Access Tools
T1219.001 cc IDE Tunneling
T1219.002 cc Remote Desktop Software
T1219.003 cc Remote Access Hardware
T1220 de XSL Script Processing
T1221 de Template Injection
T1222 de File and Directory Permissions Modification
T1222.001 de Windows File and Directory Permissions Modification
T1222.002 de Linux and Mac File and Directory Permissions Modification
T1223 de,ex Compiled HTML File
T1480 de Execution Guardrails
T1480.001 de Environmental Keying
T1480.002 de Mutual Exclusion
T1482 di Domain Trust Discovery
T1483 cc Domain Generation Algorithms
T1484 de,pr Domain or Tenant Policy Modification
T1484.001 de,pr Group Policy Modification
T1484.002 de,pr Trust Modification
T1485 im Data Destruction
T1485.001 im Lifecycle-Triggered Deletion
T1486 im Data Encrypted for Impact
T1487 im Disk Structure Wipe
T1488 im Disk Content Wipe
T1489 im Service Stop
T1490 im Inhibit System Recovery
T1491 im Defacement
T1491.001 im Internal Defacement
T1491.002 im External Defacement
T1492 im Stored Data Manipulation
T1493 im Transmitted Data Manipulation
T1494 im Runtime Data Manipulation
T1495 im Firmware Corruption
T1496 im Resource Hijacking
T1496.001 im Compute Hijacking
T1496.002 im Bandwidth Hijacking
T1496.003 im SMS Pumping
T1496.004 im Cloud Service Hijacking
T1497 de,di Virtualization/Sandbox Evasion
T1497.001 de,di System Checks
T1497.002 de,di User Activity Based Checks
T1497.003 de,di Time Based Checks
T1498 im Network Denial of Service
T1498.001 im Direct Network Flood
T1498.002 im Reflection Amplification
T1499 im Endpoint Denial of Service
T1499.001 im OS Exhaustion Flood
T1499.002 im Service Exhaustion Flood
T1499.003 im Application Exhaustion Flood
T1499.004 im Application or System Exploitation
T1500 de Compile After Delivery
T1501 pe Systemd Service
T1502 de,pr Parent PID Spoofing
T1503 ca Credentials from Web Browsers
T1504 pe,pr PowerShell Profile
T1505 pe Server Software Component
T1505.001 pe SQL Stored Procedures
T1505.002 pe Transport Agent
T1505.003 pe Web Shell
T1505.004 pe IIS Components
T1505.005 pe Terminal Services DLL
T1505.006 pe vSphere Installation Bundles
T1506 de,lm Web Session Cookie
T1514 pr Elevated Execution with Prompt
T1518 di Software Discovery
T1518.001 di Security Software Discovery
T1518.002 di Backup Software Discovery
T1519 pe,pr Emond
T1522 ca Cloud Instance Metadata API
T1525 pe Implant Internal Image
T1526 di Cloud Service Discovery
T1527 de,lm Application Access Token
T1528 ca Steal Application Access Token
T1529 im System Shutdown/Reboot
T1530 co Data from Cloud Storage
T1531 im Account Access Removal
T1534 lm Internal Spearphishing
T1535 de Unused/Unsupported Cloud Regions
T1536 de Revert Cloud Instance
T1537 ef Transfer Data to Cloud Account
T1538 di Cloud Service Dashboard
T1539 ca Steal Web Session Cookie
T1542 de,pe Pre-OS Boot
T1542.001 pe,de System Firmware
T1542.002 pe,de Component Firmware
T1542.003 pe,de Bootkit
T1542.004 de,pe ROMMONkit
T1542.005 de,pe TFTP Boot
T1543 pe,pr Create or Modify System Process
T1543.001 pe,pr Launch Agent
T1543.002 pe,pr Systemd Service
T1543.003 pe,pr Windows Service
T1543.004 pe,pr Launch Daemon
T1543.005 pe,pr Container Service
T1546 pr,pe Event Triggered Execution
T1546.001 pr,pe Change Default File Association
T1546.002 pr,pe Screensaver
T1546.003 pr,pe Windows Management Instrumentation Event Subscription
T1546.004 pr,pe Unix Shell Configuration Modification
T1546.005 pr,pe Trap
T1546.006 pr,pe LC_LOAD_DYLIB Addition
T1546.007 pr,pe Netsh Helper DLL
T1546.008 pr,pe Accessibility Features
T1546.009 pr,pe AppCert DLLs
T1546.010 pr,pe AppInit DLLs
T1546.011 pr,pe Application Shimming
T1546.012 pr,pe Image File Execution Options Injection
T1546.013 pr,pe PowerShell Profile
T1546.014 pr,pe Emond
T1546.015 pr,pe Component Object Model Hijacking
T1546.016 pr,pe Installer Packages
T1546.017 pe,pr Udev Rules
T1546.018 pe,pr Python Startup Hooks
T1547 pe,pr Boot or Logon Autostart Execution
T1547.001 pe,pr Registry Run Keys / Startup Folder
T1547.002 pe,pr Authentication Package
T1547.003 pe,pr Time Providers
T1547.004 pe,pr Winlogon Helper DLL
T1547.005 pe,pr Security Support Provider
T1547.006 pe,pr Kernel Modules and Extensions
T1547.007 pe,pr Re-opened Applications
T1547.008 pe,pr LSASS Driver
T1547.009 pe,pr Shortcut Modification
T1547.010 pe,pr Port Monitors
T1547.011 pe,pr Plist Modification
T1547.012 pe,pr Print Processors
T1547.013 pe,pr XDG Autostart Entries
T1547.014 pe,pr Active Setup
T1547.015 pe,pr Login Items
T1548 pr,de Abuse Elevation Control Mechanism
T1548.001 pr,de Setuid and Setgid
T1548.002 pr,de Bypass User Account Control
T1548.003 pr,de Sudo and Sudo Caching
T1548.004 pr,de Elevated Execution with Prompt
T1548.005 pr,de Temporary Elevated Cloud Access
T1548.006 de,pr TCC Manipulation
T1550 de,lm Use Alternate Authentication Material
T1550.001 de,lm Application Access Token
T1550.002 de,lm Pass the Hash
T1550.003 de,lm Pass the Ticket
T1550.004 de,lm Web Session Cookie
T1552 ca Unsecured Credentials
T1552.001 ca Credentials In Files
T1552.002 ca Credentials in Registry
T1552.003 ca Shell History
T1552.004 ca Private Keys
T1552.005 ca Cloud Instance Metadata API
T1552.006 ca Group Policy Preferences
T1552.007 ca Container API
T1552.008 ca Chat Messages
T1553 de Subvert Trust Controls
T1553.001 de Gatekeeper Bypass
T1553.002 de Code Signing
T1553.003 de SIP and Trust Provider Hijacking
T1553.004 de Install Root Certificate
T1553.005 de Mark-of-the-Web Bypass
T1553.006 de Code Signing Policy Modification
T1554 pe Compromise Host Software Binary
T1555 ca Credentials from Password Stores
T1555.001 ca Keychain
T1555.002 ca Securityd Memory
T1555.003 ca Credentials from Web Browsers
T1555.004 ca Windows Credential Manager
T1555.005 ca Password Managers
T1555.006 ca Cloud Secrets Management Stores
T1556 ca,de,pe Modify Authentication Process
T1556.001 ca,de,pe Domain Controller Authentication
T1556.002 ca,de,pe Password Filter DLL
T1556.003 ca,de,pe Pluggable Authentication Modules
T1556.004 ca,de,pe Network Device Authentication
T1556.005 ca,de,pe Reversible Encryption
T1556.006 ca,de,pe Multi-Factor Authentication
T1556.007 ca,de,pe Hybrid Identity
T1556.008 ca,de,pe Network Provider DLL
T1556.009 ca,de,pe Conditional Access Policies
T1557 ca,co Adversary-in-the-Middle
T1557.001 ca,co LLMNR/NBT-NS Poisoning and SMB Relay
T1557.002 ca,co ARP Cache Poisoning
T1557.003 ca,co DHCP Spoofing
T1557.004 ca,co Evil Twin
T1558 ca Steal or Forge Kerberos Tickets
T1558.001 ca Golden Ticket
T1558.002 ca Silver Ticket
T1558.003 ca Kerberoasting
T1558.004 ca AS-REP Roasting
T1558.005 ca Ccache Files
T1559 ex Inter-Process Communication
T1559.001 ex Component Object Model
T1559.002 ex Dynamic Data Exchange
T1559.003 ex XPC Services
T1560 co Archive Collected Data
T1560.001 co Archive via Utility
T1560.002 co Archive via Library
T1560.003 co Archive via Custom Method
T1561 im Disk Wipe
T1561.001 im Disk Content Wipe
T1561.002 im Disk Structure Wipe
T1562 de Impair Defenses
T1562.001 de Disable or Modify Tools
T1562.002 de Disable Windows Event Logging
T1562.003 de Impair Command History Logging
T1562.004 de Disable or Modify System Firewall
T1562.006 de Indicator Blocking
T1562.007 de Disable or Modify Cloud Firewall
T1562.008 de Disable or Modify Cloud Logs
T1562.009 de Safe Mode Boot
T1562.010 de Downgrade Attack
T1562.011 de Spoof Security Alerting
T1562.012 de Disable or Modify Linux Audit System
T1562.013 de Disable or Modify Network Device Firewall
T1563 lm Remote Service Session Hijacking
T1563.001 lm SSH Hijacking
T1563.002 lm RDP Hijacking
T1564 de Hide Artifacts
T1564.001 de Hidden Files and Directories
T1564.002 de Hidden Users
T1564.003 de Hidden Window
T1564.004 de NTFS File Attributes
T1564.005 de Hidden File System
T1564.006 de Run Virtual Instance
T1564.007 de VBA Stomping
T1564.008 de Email Hiding Rules
T1564.009 de Resource Forking
T1564.010 de Process Argument Spoofing
T1564.011 de Ignore Process Interrupts
T1564.012 de File/Path Exclusions
T1564.013 de Bind Mounts
T1564.014 de Extended Attributes
T1565 im Data Manipulation
T1565.001 im Stored Data Manipulation
T1565.002 im Transmitted Data Manipulation
T1565.003 im Runtime Data Manipulation
T1566 ia Phishing
T1566.001 ia Spearphishing Attachment
T1566.002 ia Spearphishing Link
T1566.003 ia Spearphishing via Service
T1566.004 ia Spearphishing Voice
T1567 ef Exfiltration Over Web Service
T1567.001 ef Exfiltration to Code Repository
T1567.002 ef Exfiltration to Cloud Storage
T1567.003 ef Exfiltration to Text Storage Sites
T1567.004 ef Exfiltration Over Webhook
T1568 cc Dynamic Resolution
T1568.001 cc Fast Flux DNS
T1568.002 cc Domain Generation Algorithms
T1568.003 cc DNS Calculation
T1569 ex System Services
T1569.001 ex Launchctl
T1569.002 ex Service Execution
T1569.003 ex Systemctl
T1570 lm Lateral Tool Transfer
T1571 cc Non-Standard Port
T1572 cc Protocol Tunneling
T1573 cc Encrypted Channel
T1573.001 cc Symmetric Cryptography
T1573.002 cc Asymmetric Cryptography
T1574 pe,pr,de Hijack Execution Flow
T1574.001 pe,pr,de DLL
T1574.002 pe,pr,de DLL Side-Loading
T1574.004 pe,pr,de Dylib Hijacking
T1574.005 pe,pr,de Executable Installer File Permissions Weakness
T1574.006 pe,pr,de Dynamic Linker Hijacking
T1574.007 pe,pr,de Path Interception by PATH Environment Variable
T1574.008 pe,pr,de Path Interception by Search Order Hijacking
T1574.009 pe,pr,de Path Interception by Unquoted Path
T1574.010 pe,pr,de Services File Permissions Weakness
T1574.011 pe,pr,de Services Registry Permissions Weakness
T1574.012 pe,pr,de COR_PROFILER
T1574.013 pe,pr,de KernelCallbackTable
T1574.014 pe,pr,de AppDomainManager
T1578 de Modify Cloud Compute Infrastructure
T1578.001 de Create Snapshot
T1578.002 de Create Cloud Instance
T1578.003 de Delete Cloud Instance
T1578.004 de Revert Cloud Instance
T1578.005 de Modify Cloud Compute Configurations
T1580 di Cloud Infrastructure Discovery
T1583 rd Acquire Infrastructure
T1583.001 rd Domains
T1583.002 rd DNS Server
T1583.003 rd Virtual Private Server
T1583.004 rd Server
T1583.005 rd Botnet
T1583.006 rd Web Services
T1583.007 rd Serverless
T1583.008 rd Malvertising
T1584 rd Compromise Infrastructure
T1584.001 rd Domains
T1584.002 rd DNS Server
T1584.003 rd Virtual Private Server
T1584.004 rd Server
T1584.005 rd Botnet
T1584.006 rd Web Services
T1584.007 rd Serverless
T1584.008 rd Network Devices
T1585 rd Establish Accounts
T1585.001 rd Social Media Accounts
T1585.002 rd Email Accounts
T1585.003 rd Cloud Accounts
T1586 rd Compromise Accounts
T1586.001 rd Social Media Accounts
T1586.002 rd Email Accounts
T1586.003 rd Cloud Accounts
T1587 rd Develop Capabilities
T1587.001 rd Malware
T1587.002 rd Code Signing Certificates
T1587.003 rd Digital Certificates
T1587.004 rd Exploits
T1588 rd Obtain Capabilities
T1588.001 rd Malware
T1588.002 rd Tool
T1588.003 rd Code Signing Certificates
T1588.004 rd Digital Certificates
T1588.005 rd Exploits
T1588.006 rd Vulnerabilities
T1588.007 rd Artificial Intelligence
T1589 re Gather Victim Identity Information
T1589.001 re Credentials
T1589.002 re Email Addresses
T1589.003 re Employee Names
T1590 re Gather Victim Network Information
T1590.001 re Domain Properties
T1590.002 re DNS
T1590.003 re Network Trust Dependencies
T1590.004 re Network Topology
T1590.005 re IP Addresses
T1590.006 re Network Security Appliances
T1591 re Gather Victim Org Information
T1591.001 re Determine Physical Locations
T1591.002 re Business Relationships
T1591.003 re Identify Business Tempo
T1591.004 re Identify Roles
T1592 re Gather Victim Host Information
T1592.001 re Hardware
T1592.002 re Software
T1592.003 re Firmware
T1592.004 re Client Configurations
T1593 re Search Open Websites/Domains
T1593.001 re Social Media
T1593.002 re Search Engines
T1593.003 re Code Repositories
T1594 re Search Victim-Owned Websites
T1595 re Active Scanning
T1595.001 re Scanning IP Blocks
T1595.002 re Vulnerability Scanning
T1595.003 re Wordlist Scanning
T1596 re Search Open Technical Databases
T1596.001 re DNS/Passive DNS
T1596.002 re WHOIS
T1596.003 re Digital Certificates
T1596.004 re CDNs
T1596.005 re Scan Databases
T1597 re Search Closed Sources
T1597.001 re Threat Intel Vendors
T1597.002 re Purchase Technical Data
T1598 re Phishing for Information
T1598.001 re Spearphishing Service
T1598.002 re Spearphishing Attachment
T1598.003 re Spearphishing Link
T1598.004 re Spearphishing Voice
T1599 de Network Boundary Bridging
T1599.001 de Network Address Translation Traversal
T1600 de Weaken Encryption
T1600.001 de Reduce Key Space
T1600.002 de Disable Crypto Hardware
T1601 de Modify System Image
T1601.001 de Patch System Image
T1601.002 de Downgrade System Image
T1602 co Data from Configuration Repository
T1602.001 co SNMP (MIB Dump)
T1602.002 co Network Device Configuration Dump
T1606 ca Forge Web Credentials
T1606.001 ca Web Cookies
T1606.002 ca SAML Tokens
T1608 rd Stage Capabilities
T1608.001 rd Upload Malware
T1608.002 rd Upload Tool
T1608.003 rd Install Digital Certificate
T1608.004 rd Drive-by Target
T1608.005 rd Link Target
T1608.006 rd SEO Poisoning
T1609 ex Container Administration Command
T1610 de,ex Deploy Container
T1611 pr Escape to Host
T1612 de Build Image on Host
T1613 di Container and Resource Discovery
T1614 di System Location Discovery
T1614.001 di System Language Discovery
T1615 di Group Policy Discovery
T1619 di Cloud Storage Object Discovery
T1620 de Reflective Code Loading
T1621 ca Multi-Factor Authentication Request Generation
T1622 de,di Debugger Evasion
T1647 de Plist File Modification
T1648 ex Serverless Execution
T1649 ca Steal or Forge Authentication Certificates
T1650 rd Acquire Access
T1651 ex Cloud Administration Command
T1652 di Device Driver Discovery
T1653 pe Power Settings
T1654 di Log Enumeration
T1656 de Impersonation
T1657 im Financial Theft
T1659 ia,cc Content Injection
T1665 cc Hide Infrastructure
T1666 de Modify Cloud Resource Hierarchy
T1667 im Email Bombing
T1668 pe Exclusive Control
T1669 ia Wi-Fi Networks
T1671 pe Cloud Application Integration
T1672 de Email Spoofing
T1673 di Virtual Machine Discovery
T1674 ex Input Injection
T1675 ex ESXi Administration Command
T1677 ex Poisoned Pipeline Execution
T1678 de Delay Execution
T1679 de Selective Exclusion
T1680 di Local Storage Discovery
T1681 re Search Threat Vendor Data
`
